import type { IncomingMessage } from 'node:http';

const claimed = new WeakMap<IncomingMessage, string>();

/** A client that is known said at the token endpoint that this request is its own (whether it is, its assertion says), or a token of ours was given to it. */
export const claimClient = (req: IncomingMessage, clientId: string): void => void claimed.set(req, clientId);

export const claimedClient = (req: IncomingMessage): string | undefined => claimed.get(req);
