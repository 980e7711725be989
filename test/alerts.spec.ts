import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '@daybook/platform';
import { load } from 'js-yaml';
import { pino } from 'pino';
import { Histogram, type MetricObject, type Registry } from 'prom-client';
import { createWatcherMetrics } from '../apps/chain-watcher/src/monitoring/watcher-metrics';
import { parseProxies } from '../apps/ledger/src/client-address.env';
import type { ApiKeys } from '../apps/ledger/src/edge/api-keys';
import { Authentication } from '../apps/ledger/src/edge/authentication';
import { createAdmissionControl } from '../apps/ledger/src/grpc/admission-control';
import { observer as observeGrpc } from '../apps/ledger/src/grpc/observe';
import { StreamSlots } from '../apps/ledger/src/grpc/stream';
import { ledgerMetrics } from '../apps/ledger/src/operations/metrics';
import { observer as observeHttp } from '../apps/ledger/src/rest/observe';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
const file = load(read('docker/alerts.yaml')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = file.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('docker/grafana-dashboard.json')) as {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
};
const page = read('docs/operations.md');

/** The metrics of both apps, made as the apps make them. */
function registries(): readonly Registry[] {
  const logger = pino({ level: 'silent' });
  const ledger = createMetrics('ledger');
  const { registry } = ledgerMetrics(ledger);
  observeHttp(registry, logger);
  observeGrpc(registry, logger);
  createAdmissionControl(registry);
  const options = { failuresMax: 1, trustedProxies: parseProxies(undefined) };
  new Authentication({} as ApiKeys, { registry, logger, ...options });
  new StreamSlots(registry);
  const watcher = createMetrics('chain-watcher');
  createWatcherMetrics(watcher, ['eip155:1']);
  return [registry, watcher.registry];
}

const HISTOGRAM_PARTS = ['_bucket', '_count', '_sum'];

/** The labels of each series that a scrape may show, by the name of the series. */
function seriesOf(): ReadonlyMap<string, ReadonlySet<string>> {
  const series = new Map<string, Set<string>>();
  for (const registry of registries()) {
    for (const { name } of registry.getMetricsAsArray()) {
      const metric = registry.getSingleMetric(name) as unknown as MetricObject & {
        readonly labelNames?: readonly string[];
      };
      const isHistogram = registry.getSingleMetric(name) instanceof Histogram;
      for (const part of isHistogram ? HISTOGRAM_PARTS : ['']) {
        const labels =
          series.get(name + part) ?? new Set(['app', ...(part === '_bucket' ? ['le'] : [])]);
        for (const label of metric.labelNames ?? []) labels.add(label);
        series.set(name + part, labels);
      }
    }
  }
  return series;
}

const series = seriesOf();
/** Prometheus makes it itself. */
const OF_PROMETHEUS = /^up$/;

/** The series of an expression, each with the labels that it selects by. */
function selectorsIn(expr: string): readonly { name: string; labels: readonly string[] }[] {
  const pattern = /\b(up|(?:daybook|process|nodejs)_\w+)\b(?:\{([^}]*)\})?/g;
  return [...expr.matchAll(pattern)].map(([, name = '', selected = '']) => ({
    name,
    labels: [...selected.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** What an expression groups by, and what a sentence shows. */
function labelsIn(text: string): readonly string[] {
  const grouped = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
  const shown = [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
  return [...grouped, ...shown];
}

function requireKnown(expr: string, more = ''): void {
  const selectors = selectorsIn(expr).filter(({ name }) => !OF_PROMETHEUS.test(name));
  for (const { name, labels } of selectors) {
    expect([name, series.has(name)]).toEqual([name, true]);
    for (const label of [...labels, ...labelsIn(expr + more)]) {
      expect([name, label, series.get(name)?.has(label)]).toEqual([name, label, true]);
    }
  }
}

describe('docker/alerts.yaml', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s names metrics and labels that exist, and has an entry in the runbook',
    (name, { expr, labels, annotations }) => {
      expect(selectorsIn(expr).length).toBeGreaterThan(0);
      requireKnown(expr, annotations.summary);
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.runbook_url).toBe(`docs/operations.md#${name.toLowerCase()}`);
      expect(page).toMatch(new RegExp(`^### ${name}\n\n\\w`, 'm'));
    },
  );

  it('has an alert for every entry of the runbook', () => {
    const entries = [...page.matchAll(/^### (Daybook\w+)$/gm)].map(([, name = '']) => name);
    const byName = (a: string, b: string) => a.localeCompare(b);
    expect(entries.sort(byName)).toEqual(rules.map(({ alert }) => alert).sort(byName));
  });
});

describe('docker/grafana-dashboard.json', () => {
  it.each(dashboard.panels.map(({ title, targets }) => [title, targets] as const))(
    'shows metrics that exist: %s',
    (_, targets) => {
      for (const { expr } of targets) {
        expect(selectorsIn(expr).length).toBeGreaterThan(0);
        requireKnown(expr);
      }
    },
  );
});

it('every command that the runbook names is one of the command line', () => {
  const cli = read('docs/cli.md');
  const commands = [...page.matchAll(/npx (daybook(?: [a-z]+)+)/g)].map(
    ([, command = '']) => command,
  );
  expect(commands.filter((command) => !cli.includes(command))).toEqual([]);
});
