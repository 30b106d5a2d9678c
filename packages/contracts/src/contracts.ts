import { ConsentContract } from './consent/consent-contract.ts';
import { AnchorContract } from './anchor/anchor-contract.ts';
import type { Contract } from 'fabric-contract-api';
import { DirectoryContract } from './directory/directory-contract.ts';

/** The contracts of the chaincode, as both engines run them. */
export const createContracts = (): readonly Contract[] => [
  new DirectoryContract(),
  new ConsentContract(),
  new AnchorContract(),
];
