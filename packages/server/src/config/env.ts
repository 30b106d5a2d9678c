import { ChartsealError } from '@chartseal/ports';
import type { z } from 'zod';

/** One environment variable: how it is read, and all that docs/env.md says of it. */
export type EnvVariable<T> = {
  /** From the text of the variable. */
  readonly schema: z.ZodType<T, string>;
  readonly description: string;
  /** As it would be written. Without one the variable must be set. */
  readonly default?: string;
  /** What a right value looks like; said when the variable is wrong. */
  readonly expects: string;
};

export type EnvSchema = Readonly<Record<string, EnvVariable<unknown>>>;

export type EnvValues<S extends EnvSchema> = {
  readonly [Name in keyof S]: S[Name] extends EnvVariable<infer T> ? T : never;
};

/** As process.env is: only main.ts passes that. */
export type Env = Readonly<Record<string, string | undefined>>;

type Reading = { readonly name: string } & (
  | { readonly state: 'read'; readonly value: unknown }
  | { readonly state: 'missing' | 'wrong'; readonly remedy: string }
);

const read = (name: string, variable: EnvVariable<unknown>, env: Env): Reading => {
  const given = env[name];
  const text = given === undefined || given === '' ? variable.default : given;
  if (text === undefined)
    return { name, state: 'missing', remedy: `${name} is missing: set it to ${variable.expects}` };
  const parsed = variable.schema.safeParse(text);
  if (parsed.success) return { name, state: 'read', value: parsed.data };
  return { name, state: 'wrong', remedy: `${name} is wrong: set it to ${variable.expects}` };
};

/**
 * First step from environment to configuration: every variable read, or all that are wrong named at once with what to do.
 * An empty variable counts as not set. Values are never repeated: one of them may be a secret.
 *
 * @throws ChartsealError `misconfigured`
 */
export const readEnv = <S extends EnvSchema>(schema: S, env: Env): EnvValues<S> => {
  const readings = Object.entries(schema).map(([name, variable]) => read(name, variable, env));
  const remedies = readings.flatMap((reading) => (reading.state === 'read' ? [] : [reading.remedy]));
  if (remedies.length > 0) throw new ChartsealError('misconfigured', remedies.join('\n'));
  return Object.fromEntries(
    readings.flatMap((reading) => (reading.state === 'read' ? [[reading.name, reading.value]] : [])),
  ) as EnvValues<S>;
};
