/** What `@Type` decorators said; class-transformer does not export it from its index. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: {
    findTypeMetadata(target: object, property: string): { typeFunction(): new () => object } | undefined;
  };
}
