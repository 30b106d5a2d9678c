/** https://hl7.org/fhir/R4/search.html#modifiers, #chaining and #has: names are data, they are not compared as strings. */

export type ParameterName =
  | { readonly kind: 'plain'; readonly code: string; readonly modifier?: string }
  /** `subject:Patient.name`: `rest` is a name again. */
  | { readonly kind: 'chain'; readonly code: string; readonly type?: string; readonly rest: ParameterName }
  /** `_has:Observation:patient:code` */
  | { readonly kind: 'has'; readonly type: string; readonly reference: string; readonly rest: ParameterName }
  | { readonly kind: 'malformed' };

const code = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const malformed: ParameterName = { kind: 'malformed' };

const parsePlain = (name: string): ParameterName => {
  const [parameter = '', modifier, ...more] = name.split(':');
  if (!code.test(parameter) || more.length > 0) return malformed;
  if (modifier === undefined) return { kind: 'plain', code: parameter };
  return code.test(modifier) ? { kind: 'plain', code: parameter, modifier } : malformed;
};

const parseHas = (name: string): ParameterName => {
  const [, type = '', reference = '', ...rest] = name.split(':');
  const inner = parseParameterName(rest.join(':'));
  return code.test(type) && code.test(reference) && inner.kind !== 'malformed'
    ? { kind: 'has', type, reference, rest: inner }
    : malformed;
};

export const parseParameterName = (name: string): ParameterName => {
  if (name.length > 256) return malformed;
  if (name.startsWith('_has:')) return parseHas(name);
  const dot = name.indexOf('.');
  if (dot < 0) return parsePlain(name);
  const link = parsePlain(name.slice(0, dot));
  const rest = parseParameterName(name.slice(dot + 1));
  if (link.kind !== 'plain' || rest.kind === 'malformed') return malformed;
  return { kind: 'chain', code: link.code, ...(link.modifier === undefined ? {} : { type: link.modifier }), rest };
};
