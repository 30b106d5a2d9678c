/** https://hl7.org/fhir/R4/terminologies-systems.html: where a system has a URL of its own, that URL SHALL be used. */
import official from './official-aliases.json' with { type: 'json' };
import { type Aliases, type AliasTable, furtherCodeSystems } from './alias-table.ts';

/**
 * One key for all spellings of a name: an OID bare, a URL without `s`, `www.` and a slash at its end, its host in small letters
 * (RFC 3986 §6.2.2.1). Systems are told apart by more than that.
 */
const keyOf = (system: string): string => {
  const oid = /^(?:urn:oid:|oid:)?([0-2](?:\.(?:0|[1-9]\d*))+)$/i.exec(system)?.[1];
  if (oid !== undefined) return oid;
  const [, host, path = ''] = /^https?:\/\/(?:www\.)?([^/]+)(\/.*)?$/i.exec(system) ?? [];
  return host === undefined ? system : `${host.toLowerCase()}${path.replace(/\/+$/, '')}`;
};

/** An edition or version of SNOMED CT in place of the code system: https://hl7.org/fhir/R4/snomedct.html#version */
const snomedVersion = /^https?:\/\/snomed\.info\/sct\/\d{6,18}(?:\/version\/\d{8})?\/?$/;

/** A hospital uses a few hundred systems, none of the table is longer: a stranger's records may fill neither memory nor time. */
const atMost = 2000;
const longest = 200;

class Canonicals {
  readonly #byKey = new Map<string, string>();
  readonly #known = new Map<string, string | undefined>();
  readonly #urls: ReadonlySet<string>;

  constructor(...tables: readonly Aliases[]) {
    const all = tables.flatMap((table) => Object.entries(table));
    this.#urls = new Set(all.map(([canonical]) => canonical));
    for (const canonical of this.#urls) this.#byKey.set(keyOf(canonical), canonical);
    for (const [canonical, aliases] of all) for (const alias of aliases) this.#byKey.set(keyOf(alias), canonical);
  }

  of(system: string): string | undefined {
    if (system.length > longest) return undefined;
    if (this.#known.has(system)) return this.#known.get(system);
    const found = this.#urls.has(system) ? undefined : this.#byKey.get(keyOf(system));
    if (this.#known.size >= atMost) this.#known.clear();
    this.#known.set(system, found);
    return found;
  }
}

type Tables = {
  readonly codeSystems: Canonicals;
  readonly identifierSystems: Canonicals;
  /** Codes by the key of the alias. */
  readonly withdrawn: ReadonlyMap<string, readonly string[]>;
};

let loaded: Tables | undefined;

const tables = (): Tables => {
  const { codeSystems, identifierSystems, withdrawn }: AliasTable = official;
  loaded ??= {
    codeSystems: new Canonicals(codeSystems, furtherCodeSystems),
    identifierSystems: new Canonicals(identifierSystems),
    withdrawn: new Map(Object.entries(withdrawn).map(([alias, codes]) => [keyOf(alias), codes])),
  };
  return loaded;
};

/**
 * The canonical URL of a code system that goes by an alias; undefined if it is the canonical URL itself, none that is known here,
 * or if the system no longer has the code under that URL.
 */
export const canonicalCodeSystem = (system: string, code: string): string | undefined => {
  const { codeSystems, withdrawn } = tables();
  const canonical = codeSystems.of(system) ?? (snomedVersion.test(system) ? 'http://snomed.info/sct' : undefined);
  return canonical === undefined || withdrawn.get(keyOf(system))?.includes(code) === true ? undefined : canonical;
};

/** The canonical URL of an identifier system that goes by an alias; undefined if it is itself canonical or not known here. */
export const canonicalIdentifierSystem = (system: string): string | undefined => tables().identifierSystems.of(system);
