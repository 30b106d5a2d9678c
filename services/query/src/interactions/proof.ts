export const proof = (..._: unknown[]): never => {
  throw new Error('x');
};
