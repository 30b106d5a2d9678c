/** Names and values of a query, decoded, repeats and order kept. The client's, untrusted. */
export type Parameters = readonly (readonly [string, string])[];
