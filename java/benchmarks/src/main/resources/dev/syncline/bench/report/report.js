'use strict';

const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const css = getComputedStyle(document.documentElement);
const color = name => css.getPropertyValue(name).trim();
const FAMILIES = [
  // One colour for each family of contenders, the same in every chart; shades tell its members apart.
  ['syncline-native', '#0b6bcb'], ['syncline-direct', '#4f9be6'], ['syncline-buffered', '#93c3f0'],
  ['channel', '#8250df'], ['c-floor', '#6e7781'], ['c-group-2', '#b1bac4'], ['c-group', '#8c959f'], ['c-bandwidth', '#6e7781'],
  ['artemis-nio', '#bc4c00'], ['artemis-aio', '#e16f24'], ['artemis-mapped', '#f2a777'],
  ['rocksdb', '#1a7f37'], ['sqlite', '#bf3989'], ['bookkeeper', '#9a6700'], ['chronicle', '#0e8a92'], ['h2-mvstore', '#a0522d'],
];
const SPARE = ['#d1242f', '#57ab5a', '#986ee2', '#daaa3f'];
let spare = 0;
const colors = new Map(FAMILIES);
function colorOf(contender) {
  if (!colors.has(contender)) colors.set(contender, SPARE[spare++ % SPARE.length]);
  return colors.get(contender);
}

function element(tag, parent, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  parent.appendChild(made);
  return made;
}

function short(value) {
  if (Math.abs(value) >= 1e6) return +(value / 1e6).toPrecision(3) + ' M';
  if (Math.abs(value) >= 1e3) return +(value / 1e3).toPrecision(3) + ' k';
  return String(+value.toPrecision(3));
}

function table(parent, header, rows, wordColumns) {
  const head = element('tr', element('thead', parent));
  header.forEach((text, i) => element('th', head, text, wordColumns.includes(i) ? 'words' : ''));
  const body = element('tbody', parent);
  for (const row of rows) {
    const line = element('tr', body, undefined, row.className || '');
    row.cells.forEach((cell, i) => {
      const td = element('td', line, cell.text === undefined ? cell : cell.text, wordColumns.includes(i) ? 'words' : '');
      if (cell.className) td.classList.add(...cell.className.split(' '));
    });
  }
}

const charts = [];
function chart(parent, height, option) {
  const place = element('div', parent, undefined, 'chart');
  place.style.height = height + 'px';
  const made = echarts.init(place, dark ? 'dark' : null, { renderer: 'svg' });
  made.setOption(Object.assign({
    backgroundColor: 'transparent', animation: false,
    textStyle: { color: color('--text'), fontFamily: 'system-ui, "DejaVu Sans", sans-serif' },
  }, option));
  charts.push(made);
}
addEventListener('resize', () => charts.forEach(each => each.resize()));

function axis(more) {
  return Object.assign({
    axisLabel: { color: color('--faint') }, axisLine: { lineStyle: { color: color('--line') } },
    splitLine: { lineStyle: { color: color('--line'), opacity: 0.6 } }, nameTextStyle: { color: color('--faint') },
  }, more);
}

function title(text) {
  return { text, left: 0, top: 0, textStyle: { fontSize: 13, fontWeight: 600, color: color('--text') } };
}

/* The interval as a line with ends across the end of its bar. */
function whisker(params, api) {
  const y = api.value(0);
  const low = api.coord([api.value(1), y]), high = api.coord([api.value(2), y]);
  const style = { stroke: color('--text'), lineWidth: 1.2, opacity: 0.75 };
  const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
  return { type: 'group', children: [
    line(low[0], low[1], high[0], high[1]),
    line(low[0], low[1] - 4, low[0], low[1] + 4), line(high[0], high[1] - 4, high[0], high[1] + 4)] };
}

function bars(parent, cell, column) {
  const rows = cell.rows.filter(row => row.values[column]);
  if (rows.length === 0) return;
  const better = cell.better[column];
  rows.sort((a, b) => (a.values[column].median - b.values[column].median) * (better ? 1 : -1));
  const most = Math.max(...rows.map(row => row.values[column].high));
  chart(parent, 54 + 24 * rows.length, {
    title: title(cell.metrics[column] + (better ? ' (more is better)' : ' (less is better)')),
    grid: { left: 128, right: 64, top: 26, bottom: 24 },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: hit => {
      const row = rows[hit[0].dataIndex], value = row.values[column];
      return `<b>${row.contender}</b><br>median ${short(value.median)}<br>interval ${short(value.low)} – ${short(value.high)}`
        + `<br>${value.count} rounds`;
    } },
    xAxis: axis({ type: 'value', max: most * 1.02, axisLabel: { formatter: short, color: color('--faint'), showMaxLabel: false } }),
    yAxis: axis({ type: 'category', data: rows.map(row => row.contender), splitLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: color('--text') } }),
    series: [
      { type: 'bar', barWidth: 14, data: rows.map(row => ({
        value: row.values[column].median, itemStyle: { color: colorOf(row.contender), borderRadius: 2 } })) },
      { type: 'custom', renderItem: whisker, silent: true, z: 5,
        data: rows.map((row, i) => [i, row.values[column].low, row.values[column].high]).filter((_, i) => rows[i].values[column].count > 1),
        encode: { x: [1, 2], y: 0 } },
      // A bar that is not seen puts the numbers right of the whiskers.
      { type: 'custom', silent: true, z: 6, data: rows.map((row, i) => [i, row.values[column].high, row.values[column].median]),
        encode: { x: 1, y: 0 }, clip: false,
        renderItem: (params, api) => {
          const at = api.coord([api.value(1), api.value(0)]);
          return { type: 'text', style: { text: short(api.value(2)), x: at[0] + 7, y: at[1], verticalAlign: 'middle',
            fill: color('--text'), fontSize: 11 } };
        } },
    ],
  });
}

function curves(parent, cell) {
  const rows = cell.rows.filter(row => row.curve);
  if (rows.length === 0) return;
  // Percentiles by how many nines they have: 90 % at 1, 99 % at 2, 99.9 % at 3.
  const nines = percentile => -Math.log10(1 - Math.min(percentile, 99.999) / 100);
  const label = value => value === 0 ? 'min' : +(100 - Math.pow(10, 2 - value)).toFixed(4) + ' %';
  chart(parent, Math.max(250, 54 + 24 * rows.length), {
    title: title('latency by percentile, µs, of the round in the middle'),
    legend: { type: 'scroll', bottom: 0, textStyle: { color: color('--text'), fontSize: 11 }, itemWidth: 14, itemHeight: 8 },
    grid: { left: 56, right: 18, top: 30, bottom: 52 },
    tooltip: { trigger: 'axis', formatter: hits => `<b>${label(hits[0].value[0])}</b><br>` + hits
      .slice().sort((a, b) => a.value[1] - b.value[1])
      .map(hit => `${hit.marker} ${hit.seriesName}: ${short(hit.value[1])} µs`).join('<br>') },
    xAxis: axis({ type: 'value', min: 0, max: 5, interval: 1, axisLabel: { formatter: label, color: color('--faint') } }),
    yAxis: axis({ type: 'log', axisLabel: { formatter: short, color: color('--faint') } }),
    series: rows.map(row => ({
      name: row.contender, type: 'line', showSymbol: false, color: colorOf(row.contender),
      lineStyle: { width: row.contender.startsWith('syncline') ? 2.6 : 1.4, type: row.contender.startsWith('c-') ? 'dashed' : 'solid' },
      data: row.curve.filter(point => point[0] < 100 && point[1] > 0).map(point => [nines(point[0]), point[1]]),
    })),
  });
}

function overTime(parent, row) {
  const at = row.series.map(sample => sample.atSeconds);
  const previous = row.series.map((sample, i) => i === 0 ? 0 : row.series[i - 1].deviceBytes);
  const panel = (name, unit, lines, log) => chart(parent, 230, {
    title: title(name), legend: { right: 0, top: 0, textStyle: { color: color('--text'), fontSize: 11 }, itemWidth: 14, itemHeight: 8 },
    grid: { left: 64, right: 18, top: 34, bottom: 42 },
    tooltip: { trigger: 'axis', valueFormatter: value => short(value) + unit },
    xAxis: axis({ type: 'value', min: 0, max: Math.ceil(at[at.length - 1]),
      axisLabel: { color: color('--faint'), formatter: '{value} s' }, splitLine: { show: false } }),
    yAxis: axis({ type: log ? 'log' : 'value', min: log ? undefined : 0, axisLabel: { formatter: short, color: color('--faint') } }),
    series: lines.map(([label, values, shade]) => ({
      name: label, type: 'line', showSymbol: false, color: shade, lineStyle: { width: 1.3 },
      data: values.map((value, i) => [at[i], value]) })),
  });
  const of = name => row.series.map(sample => sample[name]);
  panel('appends a second', '/s', [['appends/s', of('operations'), '#0b6bcb']], false);
  panel('latency', ' µs', [['p50', of('p50'), '#4f9be6'], ['p99', of('p99'), '#d4a72c'], ['p99.9', of('p999'), '#cf222e']], true);
  panel('disk use', ' B', [['bytes of all files', of('diskBytes'), '#1a7f37']], false);
  panel('written to the device', ' B/s', [['bytes a second', row.series.map((s, i) => s.deviceBytes - previous[i]), '#8250df']], false);
}

function showCell(parent, cell) {
  const card = element('div', parent, undefined, 'card');
  card.id = cell.cell;
  element('h3', card, cell.title);
  const drawn = element('div', card, undefined, 'charts');
  const sustained = cell.rows.some(row => row.series);
  if (sustained) cell.rows.filter(row => row.series).forEach(row => overTime(drawn, row));
  else {
    bars(drawn, cell, 0);
    if (cell.rows.some(row => row.curve)) curves(drawn, cell);
    else if (cell.metrics.length > 1) bars(drawn, cell, 1);
  }
  const details = element('details', card);
  details.open = cell.rows.length <= 2 || sustained;
  element('summary', details, 'All numbers: medians over rounds');
  table(element('table', element('div', details, undefined, 'scroll')), [''].concat(cell.metrics),
    cell.rows.map(row => ({
      cells: [row.contender].concat(row.texts), className: row.contender.startsWith('syncline') ? 'ours' : '' })), [0]);
  for (const [name, reason] of Object.entries(cell.absent)) element('p', details, `Without ${name}: ${reason}`, 'note');
}

const GROUPS = [
  ['append', 'Durable appends'], ['every', 'A sync every 100 records'], ['bulk', 'Bulk'], ['rotation', 'Rotation'], ['replay', 'Replay'],
  ['read', 'Random reads'], ['reopen', 'Opening'], ['put', 'What a put costs'], ['follow', 'Followers'], ['sustained', 'Minutes of it'],
];

function show() {
  document.getElementById('conditions').textContent = Object.entries(data.conditions).map(([k, v]) => `${k}: ${v}`).join(' · ');
  const verdictClass = verdict => 'verdict ' + verdict.split(' ')[0];
  const counts = {};
  data.targets.forEach(target => counts[target.verdict] = (counts[target.verdict] || 0) + 1);
  const said = document.getElementById('verdicts');
  Object.entries(counts).forEach(([verdict, count], i) =>
    element('span', said, (i ? ' · ' : '') + count + ' ' + verdict, verdictClass(verdict)));
  table(document.getElementById('targetTable'), ['', 'target', 'measured', 'verdict', 'remark'],
    data.targets.map(target => ({ cells: [target.what, target.expected, target.found,
      { text: target.verdict, className: verdictClass(target.verdict) }, target.remark] })), [0, 4]);
  document.getElementById('comparisons').hidden = data.comparisons.length === 0;
  table(document.getElementById('comparisonTable'), ['the first against the second', '', 'first', 'second', 'ratio'],
    data.comparisons.map(each => ({ cells: [each.what, each.metric + (each.higherIsBetter ? ' (more is better)' : ' (less is better)'),
      each.ours, each.theirs, each.ratio] })), [0, 1]);
  const cells = document.getElementById('cells');
  for (const [kind, name] of GROUPS) {
    const mine = data.tables.filter(each => each.cell.split('/')[0].split('-')[0] === kind && each.rows.length > 0);
    if (mine.length > 0) element('h2', cells, name);
    mine.forEach(each => showCell(cells, each));
  }
  table(document.getElementById('checkTable'), ['', 'counted'],
    Object.entries(data.checks).map(([name, words]) => ({ cells: [name, words] })), [0, 1]);
}

show();
