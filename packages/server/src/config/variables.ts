import { z } from 'zod';
import type { EnvVariable } from './env.ts';

type Described = { readonly description: string; readonly default?: string };

/** A whole number in plain digits. */
export const integerVariable = (
  options: Described & { readonly min: number; readonly max: number },
): EnvVariable<number> => {
  const { min, max, ...described } = options;
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return { ...described, schema, expects: `a whole number from ${min} to ${max}` };
};

export const textVariable = (
  options: Described & { readonly expects: string; readonly pattern?: RegExp },
): EnvVariable<string> => {
  const { pattern = /\S/, ...described } = options;
  return { ...described, schema: z.string().regex(pattern) };
};

/** One of some words, each standing for a value. */
export const choiceVariable = <const T>(
  options: Described & { readonly choices: Readonly<Record<string, T>> },
): EnvVariable<T> => {
  const { choices, ...described } = options;
  const known = new Map(Object.entries(choices));
  const schema = z.string().transform((word, context) => {
    const value = known.get(word);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'not a choice' });
    return z.NEVER;
  });
  return { ...described, schema, expects: [...known.keys()].join(' or ') };
};

/** A file whose content is what matters: a secret, a certificate. */
export const fileVariable = (options: Described): EnvVariable<string> =>
  textVariable({ ...options, expects: 'the path of a file' });

/** One that may be left out. */
export const optional = <T>({ schema, ...variable }: EnvVariable<T>): EnvVariable<T | undefined> => ({
  ...variable,
  default: '',
  schema: z.union([z.literal('').transform(() => undefined), schema]),
});
