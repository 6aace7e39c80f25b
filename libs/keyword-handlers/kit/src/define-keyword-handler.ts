import type { AnyEvent, EventClass } from '@mo-ledger/event-sourcing';
import { NoSettings, parseSettings, readSettings, type SettingsClass } from './handler-settings.js';
import {
  isEnrol,
  type Decision,
  type Enrol,
  type HandledProgram,
  type KeywordHandler,
  type KeywordMessage,
  type Results,
} from './keyword-handler.js';
import { settingsSchema } from './settings-schema.js';

type EventOf<Classes extends readonly EventClass[]> = InstanceType<Classes[number]>;
type DataOf<E extends AnyEvent, Type> = Extract<E, { type: Type }>['data'];
/** One fold for each event type that changes the state. */
type Folds<State, E extends AnyEvent> = {
  readonly [Type in E['type']]?: (state: State, data: DataOf<E, Type>) => NoInfer<State>;
};
type MayReturn<E extends AnyEvent, Enrols extends boolean> = E | (Enrols extends true ? Enrol : never);

/** A state that a handler without `initialState` has: none. */
type NoState = Readonly<Record<string, never>>;

/** What a team writes (ARCHITECTURE.md, A keyword handler is all that a team writes). */
export interface KeywordHandlerDefinition<
  Settings extends object,
  Classes extends readonly EventClass[],
  State,
  Tally,
  Enrols extends boolean,
> {
  /** `[a-z][a-z0-9-]*`; programs name it as their `handler`, so it never changes. */
  readonly name: string;
  /** One sentence for whoever provisions a program. */
  readonly description?: string;
  /** A class-validator class; a field with a default may be left out. */
  readonly settings?: SettingsClass<Settings>;
  readonly events?: Classes;
  /** Whether `decide` may return `enrol`. */
  readonly enrols?: Enrols;
  readonly initialState?: () => State;
  /** What happens: one event, several in their order, or nothing. Pure: no clock, no random number, no I/O. */
  decide(
    message: KeywordMessage,
    state: Readonly<NoInfer<State>>,
    program: HandledProgram<Readonly<NoInfer<Settings>>>,
  ): MayReturn<EventOf<Classes>, Enrols> | readonly MayReturn<EventOf<Classes>, Enrols>[] | undefined;
  /** The subscriber's state in this program after each event; pure, and never fails. */
  readonly evolve?: Folds<State, EventOf<Classes>>;
  /** What is shown with the program: a pure fold over the events of all its subscribers, JSON. */
  readonly results?: { readonly initial: () => Tally } & Folds<Tally, EventOf<Classes>>;
}

/**
 * Makes a keyword handler of what a team writes. It never calls anything but the definition's functions, so it is as pure as they are.
 * Throws where the name or an event class is not as it must be: at start-up, since handlers are defined when they are loaded.
 */
export function defineKeywordHandler<
  Settings extends object = NoSettings,
  const Classes extends readonly EventClass[] = readonly [],
  State = NoState,
  Tally = null,
  const Enrols extends boolean = false,
>(
  definition: KeywordHandlerDefinition<Settings, Classes, State, Tally, Enrols>,
): KeywordHandler<EventOf<Classes>, State, Settings, Tally> {
  type E = EventOf<Classes>;
  const { name, description = '', enrols = false } = definition;
  const settingsClass = (definition.settings ?? NoSettings) as SettingsClass<Settings>;
  const events: readonly EventClass[] = definition.events ?? [];
  const types = new Set<string>(events.map(({ type }) => type));
  checkDefinition(name, events);
  const readOnce = cachedSettings(name, settingsClass);
  const evolve = fold<State, E>(definition.evolve ?? {});

  const checked = (decision: Decision): Decision => {
    if (isEnrol(decision) && enrols) return decision;
    if (!isEnrol(decision) && types.has((decision as AnyEvent | undefined)?.type ?? '')) return decision;
    const what = isEnrol(decision)
      ? 'enrol, but does not say `enrols: true`'
      : `something that is not one of its events`;
    throw new Error(`keyword handler ${name} decided ${what}`);
  };

  return {
    name,
    description,
    enrols,
    events,
    results: definition.results ? resultsOf<Tally, E>(definition.results) : null,
    settingsSchema: settingsSchema(settingsClass),
    parseSettings: (raw) => parseSettings(settingsClass, raw),
    initialState: () => (definition.initialState ? definition.initialState() : ({} as State)),
    decide: (message, state, program) => {
      const decided = definition.decide(message, state, { ...program, settings: readOnce(program.settings) });
      return asList(decided).map(checked);
    },
    evolve,
  };
}

function asList(decided: unknown): readonly Decision[] {
  if (decided === undefined) return [];
  return Array.isArray(decided) ? (decided as Decision[]) : [decided as Decision];
}

function checkDefinition(name: string, events: readonly EventClass[]): void {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) throw new Error(`"${name}" is no name for a keyword handler`);
  for (const event of events)
    if (event.name !== event.type)
      throw new Error(`keyword handler ${name}: the class ${event.name} records events of the type ${event.type}`);
}

function fold<State, E extends AnyEvent>(folds: object): (state: State, event: E) => State {
  const byType = new Map(Object.entries(folds)) as Map<string, (state: State, data: object) => State>;
  return (state, event) => byType.get(event.type)?.(state, event.data) ?? state;
}

function resultsOf<Tally, E extends AnyEvent>(results: { readonly initial: () => Tally }): Results<E, Tally> {
  const { initial, ...folds } = results;
  return { initial, types: Object.keys(folds), fold: fold<Tally, E>(folds) };
}

// One program's settings are the same object for many messages, and validating costs more than deciding. A setting that the handler
// once had may still stand in the log.
function cachedSettings<Settings extends object>(name: string, type: SettingsClass<Settings>) {
  const known = new WeakMap<object, Settings>();
  return (raw: unknown): Settings => {
    const cached = typeof raw === 'object' && raw !== null ? known.get(raw) : undefined;
    if (cached) return cached;
    const read = readSettings(type, raw, 'ignore-unknown');
    if ('errors' in read)
      throw new Error(
        `the program's settings do not fit the keyword handler ${name}: ` +
          read.errors.map(({ field, message }) => `${field}: ${message}`).join('; '),
      );
    if (typeof raw === 'object' && raw !== null) known.set(raw, read.instance);
    return read.instance;
  };
}
