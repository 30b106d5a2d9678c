/** docker-compose.yml as its checks see it: merged, with its variables as the example of settings has them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export type SecretUse = string | { readonly source: string; readonly target: string };
export type Service = {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly build?: { readonly target: string };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly cpus?: string; readonly memory?: string } } };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly SecretUse[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, object>>;
};
export type ComposeFile = {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
};

export const composeText = await readFile(`${root}docker-compose.yml`, 'utf8');
export const composeFile = parse(composeText, { merge: true, maxAliasCount: -1 }) as ComposeFile;
export const services = Object.entries(composeFile.services);

/** A job ends; everything else stays. */
export const isJob = ({ restart }: Service): boolean => restart?.startsWith('on-failure') ?? false;

/** By name, with what they are when nothing is set. */
export const variablesOfCompose = (): ReadonlyMap<string, string> =>
  new Map(
    [...composeText.replaceAll(/^\s*#.*$/gm, '').matchAll(/\$\{([A-Z_]+)(?::-([^}]*))?\}/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );

export const variablesOfExample = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(
    [...(await readFile(`${root}.env.example`, 'utf8')).matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
