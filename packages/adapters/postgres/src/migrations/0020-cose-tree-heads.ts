/** The tree as the log signed it for COSE receipts (RFC 9942). None for what was anchored before, and by the release before. */
export const coseTreeHeads = `
alter table anchored_checkpoint add column cose_tree_head bytea;
`;
