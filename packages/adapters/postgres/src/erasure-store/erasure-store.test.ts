import { erasureStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

const tables = `select table_name as name from information_schema.tables where table_schema = 'public'`;

for (const { name, binaries } of servers)
  erasureStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const stores = await fixture.open();
    return {
      ...stores,
      holds: async (text) => {
        const found = (await fixture.sql(tables)) as readonly { readonly name: string }[];
        const hex = Buffer.from(text).toString('hex');
        for (const table of found) {
          const sought = `select 1 from ${table.name} t where t::text like '%${text}%' or t::text like '%${hex}%' limit 1`;
          if ((await fixture.sql(sought)).length > 0) return true;
        }
        return false;
      },
      crash: fixture.crash,
      close: fixture.close,
    };
  });
