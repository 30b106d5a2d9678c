declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  import type { Contract } from 'fabric-contract-api';
  import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';

  type Serializers = { readonly transaction: string; readonly serializers: Readonly<Record<string, unknown>> };

  /** Routes a transaction's name to a contract's method. The shim exports it to its own command line alone. */
  export default class ChaincodeFromContract implements ChaincodeInterface {
    constructor(
      contracts: (new () => Contract)[],
      serializers: Serializers,
      metadata: object,
      title: string,
      version: string,
    );
    Init(stub: ChaincodeStub): Promise<ChaincodeResponse>;
    Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse>;
  }
}

declare module 'fabric-shim/lib/logger.js' {
  const logger: { getLogger(name?: string): object };
  export default logger;
}

declare module 'fabric-contract-api/lib/logger.js' {
  const logger: { getLogger(name?: string): object };
  export default logger;
}
