/** Bytes that are no COSE receipt of the form that is read here. */
export class CoseError extends Error {
  override readonly name = 'CoseError';
}
