import { path } from '../ledger.js';
import { EXIT, type Session } from '../session.js';

const naming = (build: string | undefined): object => (build === undefined ? {} : { build });

/** `mo projections switch NAME [BUILD]` */
export async function switchBuild(session: Session, name: string, build?: string): Promise<number> {
  const { body } = await session.ledger.post<{ build: string }>(path`/projections/${name}/switch`, naming(build));
  session.value(body);
  session.line(`${body.build} serves now; the one that served is kept.`);
  return EXIT.OK;
}

/** `mo projections drop NAME [BUILD]` */
export async function dropBuilds(session: Session, name: string, build?: string): Promise<number> {
  const { body } = await session.ledger.post<{ dropped: string[] }>(path`/projections/${name}/drop`, naming(build));
  session.value(body);
  session.line(body.dropped.length > 0 ? `Dropped ${body.dropped.join(', ')}.` : 'There was nothing to drop.');
  return EXIT.OK;
}
