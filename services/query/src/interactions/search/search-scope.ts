/** https://hl7.org/fhir/R4/http.html#search: of a type, of the system, or of a compartment (of one type in it, or all: `*`). */
export type SearchScope =
  | { readonly level: 'type'; readonly resourceType: string }
  | { readonly level: 'system' }
  | {
      readonly level: 'compartment';
      readonly compartment: string;
      readonly id: string;
      readonly resourceType: string;
    };

/** Its path below the base; empty for the system. */
export const pathOf = (scope: SearchScope): string => {
  if (scope.level === 'type') return scope.resourceType;
  return scope.level === 'system' ? '' : `${scope.compartment}/${scope.id}/${scope.resourceType}`;
};
