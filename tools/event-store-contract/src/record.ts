import { readFileSync, readdirSync } from 'node:fs';
import * as esdb from '@eventstore/db-client';
import { normalise } from './transcript.js';
import type { Step, Transcript } from './transcript.js';

interface Tools {
  client: esdb.EventStoreDBClient;
  esdb: typeof esdb;
  /** Runs something and writes down what it returned or threw. */
  step(label: string, run: () => unknown): Promise<unknown>;
  /** A stream name that nobody has used yet. */
  stream(label?: string): string;
  url: string;
}

type Scenario = (tools: Tools) => Promise<void>;

const ANSWER_MS = 60_000;
const scenarios = new URL('../scenarios/', import.meta.url);

/** The transcript of a real EventStoreDB 24.2. */
export const expected = (): Transcript =>
  JSON.parse(readFileSync(new URL('../expected/eventstoredb-24.2.json', import.meta.url), 'utf8')) as Transcript;

const inTime = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { name: 'Timeout' })), ANSWER_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

const newName = (label = ''): string =>
  `conf${label && `-${label}`}-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;

const runOne = async (url: string, scenario: Scenario): Promise<Step[]> => {
  const client = esdb.EventStoreDBClient.connectionString(url);
  const steps: Step[] = [];
  const step = async (label: string, run: () => unknown): Promise<unknown> => {
    try {
      const value = await inTime(Promise.resolve(run()));
      steps.push([label, { ok: normalise(value) }]);
      return value;
    } catch (error) {
      steps.push([label, { error: normalise(error) }]);
      return undefined;
    }
  };
  try {
    await scenario({ client, esdb, step, stream: newName, url });
  } catch (error) {
    steps.push(['(scenario threw)', { error: normalise(error) }]);
  }
  // Not waited for: a client never finishes when a read that was left early had already ended on the server.
  client.dispose().catch(() => undefined);
  return JSON.parse(JSON.stringify(steps)) as Step[];
};

/** Runs the scenarios (those whose names begin with one of `only`, or all) against a server. */
export const record = async (url: string, only: readonly string[] = []): Promise<Transcript> => {
  const transcript: Transcript = {};
  for (const file of readdirSync(scenarios).toSorted()) {
    const { default: all } = (await import(new URL(file, scenarios).href)) as { default: Record<string, Scenario> };
    for (const [title, scenario] of Object.entries(all)) {
      const name = `${file.replace('.mjs', '')}/${title}`;
      if (only.length > 0 && !only.some((start) => name.startsWith(start))) continue;
      transcript[name] = await runOne(url, scenario);
    }
  }
  return transcript;
};
