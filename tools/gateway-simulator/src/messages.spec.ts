import { kaleyra } from '@mo-ledger/kaleyra';
import { generateMessages, take } from './messages.js';
import { Random } from './random.js';

const mix = { code: '26161', keywords: ['JOIN', 'Vote red'], noise: 0.3, duplicates: 0.1, devices: 50 };
const generate = (seed: number, count = 500) => [...take(generateMessages(mix, new Random(seed), 1_000), count)];

describe('generated messages', () => {
  it('are the same again for the same seed, and others for another', () => {
    const bodies = (seed: number) => generate(seed).map(({ body }) => body.toString());
    expect(bodies(1)).toEqual(bodies(1));
    expect(bodies(1)).not.toEqual(bodies(2));
  });

  it('are messages of real numbers without an anomaly', () => {
    for (const { body, contentType, messageId } of generate(3)) {
      const post = kaleyra.read(body, contentType);
      expect(post).toMatchObject({ kind: 'MO', code: '26161', messageId, anomalies: [] });
    }
  });

  it('are keywords, noise and duplicates of several carriers', () => {
    const posts = generate(4);
    const share = (label: string) => posts.filter((post) => post.label === label).length / posts.length;
    expect(share('noise')).toBeGreaterThan(0.2);
    expect(share('JOIN')).toBeGreaterThan(0.2);
    expect(share('Vote')).toBeGreaterThan(0.2);
    expect(share('duplicate')).toBeGreaterThan(0.05);
    const carriers = posts.map(({ body }) => /carrier=(\w+)/.exec(body.toString())?.[1]);
    expect(new Set(carriers).size).toBeGreaterThan(3);
    expect(new Set(posts.map(({ messageId }) => messageId)).size).toBe(
      posts.filter((p) => p.label !== 'duplicate').length,
    );
  });
});
