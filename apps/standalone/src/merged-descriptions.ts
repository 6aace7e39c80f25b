import type { ServiceDescription as Description } from '@mo-ledger/http';

type Path = Description['paths'][string];

/** One OpenAPI document of two, by path and method; where both describe the same, it is the first one's. Null adds nothing. */
export const mergedDescriptions = (first: Description, second: Description | null): Description => ({
  ...first,
  paths: mergedPaths(first.paths, second?.paths ?? {}),
  components: {
    ...second?.components,
    ...first.components,
    schemas: { ...second?.components?.schemas, ...first.components?.schemas },
  },
});

function mergedPaths(first: Description['paths'], second: Description['paths']): Description['paths'] {
  const paths: Record<string, Path> = { ...first };
  for (const [path, methods] of Object.entries(second)) paths[path] = { ...methods, ...first[path] };
  return paths;
}
