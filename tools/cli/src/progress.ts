import { SingleBar } from 'cli-progress';
import { printable } from './printable.js';
import { percent } from './units.js';

export interface Step {
  /** 0 to 100. */
  readonly percent: number;
  /** What is being done, in a few words. */
  readonly doing: string;
  /** Which part of the whole this is, where it has parts: a new one is told of at once. */
  readonly stage?: string;
}

/** How far something is, where a person looks at it. */
export interface Progress {
  show(step: Step): void;
  end(): void;
}

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

const LINE_EVERY_PERCENT = 10;

export const noProgress: Progress = { show: () => undefined, end: () => undefined };

/** A bar that moves, on a terminal. */
export function progressBar(out: Output, name: string): Progress {
  const bar = new SingleBar({
    format: `${printable(name)} {bar} {value} %  {doing}`,
    ...{ barCompleteChar: '█', barIncompleteChar: '░', barsize: 24, hideCursor: true },
    // Whoever started it ends it, also when the command is interrupted.
    ...{ stream: out, gracefulExit: false, fps: 10 },
  });
  let started = false;
  return {
    show: ({ percent, doing }) => {
      const shown = { doing: printable(doing) };
      if (started) bar.update(Math.floor(percent), shown);
      else bar.start(100, Math.floor(percent), shown);
      started = true;
    },
    end: () => bar.stop(),
  };
}

/** A line for every stage and every tenth of the way, where nobody sees a bar move. */
export function progressLines(out: Output, name: string): Progress {
  let last = '';
  return {
    show: (step) => {
      const now = `${step.stage ?? ''} ${Math.floor(step.percent / LINE_EVERY_PERCENT)}`;
      if (now === last) return;
      last = now;
      out.write(`${printable(name)}: ${percent(step.percent)}, ${printable(step.doing)}\n`);
    },
    end: () => undefined,
  };
}
