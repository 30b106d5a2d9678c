/** A sentence of the specification, a request that puts it to the test, and what must come of it. */
export type Request = {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to the FHIR base. `{etag}`, `{location}` and `{body.…}` stand for what the request before answered. */
  readonly path: string;
  /** A resource, or text as it is. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Expectation = {
  readonly status: number | readonly number[];
  /** `Type/id` of exactly these matches, in whatever order. */
  readonly found?: readonly string[];
  /** The same, in this order. */
  readonly order?: readonly string[];
  /** `Type/id` of the entries that are there beside the matches. */
  readonly included?: readonly string[];
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** What the body says, and what it must not. */
  readonly says?: RegExp;
  readonly saysNot?: RegExp;
  /** The body is empty. */
  readonly empty?: true;
};

export type Row = {
  /** Page and section of https://hl7.org/fhir/R4/ */
  readonly source: string;
  readonly says: string;
  /** In the words of the CapabilityStatement: `interaction read`, `operation validate`, `parameter Patient.name`, `conditionalCreate`. */
  readonly exercises?: readonly string[];
  /** In order; the last one's answer is what is looked at, the others must not fail. */
  readonly requests: readonly [Request, ...Request[]];
  readonly expect: Expectation;
};

/** A search and exactly what it finds. */
export const finds = (source: string, says: string, path: string, found: readonly string[]): Row => ({
  source: `search.html#${source}`,
  says,
  requests: [{ path }],
  expect: { status: 200, found },
});

/** A search that must be refused, naming the parameter. */
export const refuses = (source: string, says: string, path: string, parameter: RegExp): Row => ({
  source: `search.html#${source}`,
  says,
  requests: [{ path }],
  expect: { status: 400, says: parameter },
});
