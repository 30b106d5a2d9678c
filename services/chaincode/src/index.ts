export { composeChaincode, type RunningChaincode } from './compose.ts';
export { CHAINCODE_ENV, chaincodeConfig, type ChaincodeConfig, type MutualTls } from './config.ts';
