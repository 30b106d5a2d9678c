import { InvalidArgumentError } from 'commander';

/** The value of an option that counts something. */
export const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('give a whole number from 1');
  return number;
};
