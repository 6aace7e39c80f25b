const HOOKS = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      const source = specifier.startsWith('.') && context.parentURL?.endsWith('.ts') ? specifier.replace(/\\.js$/, '.ts') : specifier;
      return next(source, { ...context, conditions: [...context.conditions, '@mo-ledger/source'] });
    },
  });`;

/**
 * Arguments for Node with which a thread or process runs the sources as they are, as tests do: Node strips the types,
 * `.js` in an import means the `.ts` beside it, and a package of ours means its sources.
 */
export const FROM_SOURCES: string[] = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  `data:text/javascript,${encodeURIComponent(HOOKS)}`,
];
