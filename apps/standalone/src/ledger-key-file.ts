import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WrongSetting } from '@mo-ledger/http/settings';

/** The ledger's key from `DATA_DIR/ledger.key`, which is made on the first start, readable by its owner alone. 64 hex digits. */
export async function readOrMakeLedgerKey(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true }).catch((error: Error) => {
    throw new WrongSetting('DATA_DIR', error.message);
  });
  const file = join(dataDir, 'ledger.key');
  try {
    await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}
