/**
 * How often a test repeats what is random: `test` in `npm test`, `short` and `long` in the two forms of `npm run test:faults`. What
 * only fault tests repeat says nothing for `test`.
 */
declare function rounds(of: { readonly test?: number; readonly short: number; readonly long: number }): number;
