// Panel 12: whether the machine that made the load was the limit, not the peer.
import type { ReportData } from '../../data.ts';
import { chart } from '../chart.ts';
import { h, replace } from '../dom.ts';
import { bytes, count, time, percent, short } from '../../../../metrics/numbers.ts';
import type { AgentSummary } from '../../../../metrics/summary.ts';
import { clockText } from '../../../clock-text.ts';
import { section, type Panel } from '../panel.ts';
import { marksOf } from '../stage-marks.ts';
import { numbers, table, words as text } from '../table.ts';
import { column, look } from './timeline.ts';

export function generator(): Panel {
  const words = h('div');
  const cpu = chart({
    title: 'CPU of the generator and of its host',
    format: (value) => `${short(value)} %`,
    height: 180,
  });
  const lag = chart({
    title: 'Delay of the event loop, and memory',
    format: time,
    formatRight: bytes,
    height: 180,
  });
  const frame = h('div', { class: 'charts' }, cpu.element, lag.element);
  const agents = agentTable();
  return section('The generator itself', [words, agents.element, frame], (data) => {
    replace(words, ...(data.live ? [] : sentences(data)));
    const { agents: carried = [] } = data.summary.execution.generator;
    agents.update(carried);
    agents.element.hidden = carried.length === 0;
    const common = { x: data.timeline.time, marks: marksOf(data.events) };
    cpu.update({
      ...common,
      lines: [
        ...column(data, 'cpu', { label: 'generator, of one core', ...look(0) }),
        ...column(data, 'host_cpu', { label: 'host, of all cores', ...look(1) }),
      ],
    });
    lag.update({
      ...common,
      lines: [
        ...column(data, 'lag', { label: 'delay', ...look(0) }),
        ...column(data, 'rss', { label: 'memory', right: true, ...look(1) }),
      ],
    });
    frame.hidden = !['cpu', 'lag', 'rss'].some((name) => data.timeline.columns[name]);
  });
}

const agentTable = () =>
  table<AgentSummary>({
    caption: 'Agents that carried the load',
    columns: [
      text('agent', ({ name }) => name),
      text('host', ({ host }) => host),
      numbers('VUs at most', ({ vus }) => vus, count),
      numbers('iterations', ({ iterations }) => iterations, count),
      { ...numbers<AgentSummary>('dropped', ({ dropped }) => dropped, count), folds: true },
      numbers('stores', ({ stores }) => stores, count),
      numbers('stores/s', ({ storesPerSecond }) => storesPerSecond, short),
      numbers(
        'started late by',
        ({ lagMaxMs }) => lagMaxMs,
        (ms) => time(ms),
      ),
      numbers(
        'CPU at most, of one core',
        ({ cpuMax }) => cpuMax,
        (value) => `${short(value)} %`,
      ),
      numbers('memory', ({ rssMaxBytes }) => rssMaxBytes, bytes),
      {
        label: 'clock ahead by',
        cell: clockText,
        sort: ({ clockOffsetMs }) => clockOffsetMs,
        numeric: true,
      },
      { ...text<AgentSummary>('lost', ({ lost }) => lost ?? ''), folds: true },
    ],
  });

function sentences({ summary: { execution } }: ReportData): HTMLElement[] {
  const { generator: own, dropped, interrupted, achievedShare, lag } = execution;
  const facts = [
    `CPU ${short(own.cpuMean)} % of one core on average, ${short(own.cpuMax)} % at most`,
    `event loop ${time(own.loopLagMaxMs)} late at most`,
    `memory up to ${bytes(own.rssMaxBytes)}`,
    `${count(dropped)} iterations dropped, ${count(interrupted)} interrupted`,
    ...(achievedShare === undefined ? [] : [`${percent(achievedShare)} of those due were started`]),
    ...(lag === undefined ? [] : [`starts p99 ${time(lag.p99)} late`]),
  ];
  const verdict = own.saturated
    ? h('p', { class: 'warn' }, '⚠ The generator may have been the limit, and not the peer.')
    : h('p', { class: 'good' }, '✓ The generator was not the limit.');
  const crowded = own.crowded === undefined ? [] : [own.crowded];
  const reasons = [...own.reasons, ...crowded].map((reason) => h('p', { class: 'warn' }, reason));
  return [verdict, ...reasons, h('p', {}, `${facts.join('; ')}.`)];
}
