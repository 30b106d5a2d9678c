import { deepEqual, equal, match } from 'node:assert/strict';
import { it } from 'node:test';
import { assert, constantFrom, integer, property, record } from 'fast-check';
import { contractApi, fitContractApi, parseContractApi } from './contract-api.ts';

it('a gateway of n works with contracts of n, n-1 and n+1, and with nothing further off', () => {
  const release = (version: number) => ({ version, oldestServed: Math.max(1, version - 1) });
  assert(
    property(integer({ min: 3, max: 1000 }), constantFrom(-2, -1, 0, 1, 2), (n, off) => {
      const { kind } = fitContractApi(release(n), release(n + off));
      equal(kind, off === -2 ? 'contracts-too-old' : off === 2 ? 'gateway-too-old' : 'fits');
    }),
  );
});

it('a misfit says which side to upgrade, and both versions', () => {
  const tooOld = fitContractApi({ version: 5, oldestServed: 4 }, { version: 3, oldestServed: 2 });
  match(tooOld.kind === 'fits' ? '' : tooOld.message, /API 3,.* 4 to 5: upgrade the chaincode/);
  const tooNew = fitContractApi({ version: 5, oldestServed: 4 }, { version: 7, oldestServed: 6 });
  match(tooNew.kind === 'fits' ? '' : tooNew.message, /API 7 .* from 6 on.* has 5: upgrade the gateway/);
});

it('an answer is read if it is one, whatever a later version adds to it', () => {
  deepEqual(parseContractApi(JSON.stringify(contractApi)), contractApi);
  deepEqual(parseContractApi('{"version":3,"oldestServed":2,"more":[]}'), { version: 3, oldestServed: 2 });
  for (const wrong of [
    '',
    'null',
    '[]',
    '{"version":1}',
    '{"version":1,"oldestServed":2}',
    '{"version":"1","oldestServed":1}',
  ]) {
    equal(parseContractApi(wrong), undefined);
  }
  const any = integer({ min: -5, max: 5 });
  assert(
    property(record({ version: any, oldestServed: any }, { noNullPrototype: true }), (api) => {
      const isSound = api.oldestServed > 0 && api.oldestServed <= api.version;
      deepEqual(parseContractApi(JSON.stringify(api)), isSound ? api : undefined);
    }),
  );
});
