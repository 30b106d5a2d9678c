/** Fabric tells an event's name and the chaincode, not which of its contracts set it: so a name belongs to one contract. */
const contracts: Readonly<Record<string, string>> = {
  DirectoryChanged: 'directory',
  ConsentChanged: 'consent',
  CheckpointAnchored: 'anchor',
  Heartbeat: 'anchor',
  LogClaimed: 'anchor',
  LeavesErased: 'anchor',
  LogRecovered: 'anchor',
};

/** The contract that sets events of that name; for one that a later version may have, the name itself. */
export const contractOfEvent = (name: string): string => contracts[name] ?? name;
