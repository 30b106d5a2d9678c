import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportedNames, infra, namesIn } from './metric-names.ts';

type Panel = { readonly title: string; readonly targets?: readonly { readonly expr: string }[] };

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
const skip = hasPromtool
  ? false
  : 'PROMTOOL IS NOT INSTALLED: the alert rules were not tested (Debian: apt-get install prometheus)';
const promtool = (...args: readonly string[]) => promisify(execFile)('promtool', args);
const path = (name: string): string => fileURLToPath(new URL(`../../infra/prometheus/${name}`, import.meta.url));

describe('The alert rules', () => {
  it('are what Prometheus can read, and fire when they should and not before', { skip }, async () => {
    await promtool('check', 'rules', path('alerts.yml'));
    await promtool('test', 'rules', path('alerts.test.yml'));
  });

  it('are each tested, and each explained in the runbook', async () => {
    const [rules, tests] = await Promise.all([infra('prometheus/alerts.yml'), infra('prometheus/alerts.test.yml')]);
    const runbook = await readFile(new URL('../../docs/runbooks/alerts.md', import.meta.url), 'utf8');
    const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name = '']) => name);
    ok(alerts.length > 15);
    const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name = '']) => name);
    deepEqual(sections.toSorted(), alerts.toSorted());
    for (const alert of alerts) {
      ok(rules.includes(`runbook_url: docs/runbooks/alerts.md#${alert.toLowerCase()}\n`), alert);
      ok(
        new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n +- exp_labels`).test(tests),
        `${alert} never fires in a test`,
      );
    }
  });

  it('ask only for metrics that the services export', async () => {
    const exported = await exportedNames();
    const asked = namesIn((await infra('prometheus/alerts.yml')).replace(/^ +(?:summary|description):.*$/gm, ''));
    ok(asked.length > 20);
    deepEqual(
      asked.filter((name) => !exported.has(name)),
      [],
    );
  });
});

describe('The dashboard', () => {
  it('asks only for metrics that the services export, of the data source that is provisioned', async () => {
    const exported = await exportedNames();
    const { panels } = JSON.parse(await infra('grafana/dashboards/chartseal.json')) as {
      readonly panels: readonly Panel[];
    };
    const asked = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namesIn(expr)));
    ok(asked.length > 30);
    deepEqual(
      asked.filter((name) => !exported.has(name)),
      [],
    );
    const uid = /uid: (\S+)/.exec(await infra('grafana/provisioning/datasources/prometheus.yml'))?.[1];
    equal(
      JSON.stringify(panels)
        .match(/"uid":"([^"]+)"/g)
        ?.every((found) => found === `"uid":"${uid}"`),
      true,
    );
  });

  it('shows every metric of ours', async () => {
    const dashboard = await infra('grafana/dashboards/chartseal.json');
    const rules = await infra('prometheus/alerts.yml');
    const exported = [...(await exportedNames())].filter(
      (name) => name.startsWith('chartseal_') && !name.endsWith('_sum'),
    );
    const unseen = exported.filter((name) => !dashboard.includes(name) && !rules.includes(name));
    deepEqual(unseen, ['chartseal_ledger_height_blocks']);
  });
});
