/** A resource as plain JSON.parse gives it: nothing here shares code with what is tested. */
export type Resource = { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown };

export type World = ReadonlyMap<string, readonly Resource[]>;

export const worldOf = (resources: readonly Resource[]): World =>
  Map.groupBy(resources, ({ resourceType }) => resourceType);

export const inWorld = (world: World, resourceType: string, id: string): Resource | undefined =>
  world.get(resourceType)?.find((resource) => resource.id === id);
