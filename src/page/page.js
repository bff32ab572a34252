'use strict';
(() => {
  const words = {pass: 'Passing', warn: 'Degraded', fail: 'Failing'};
  const shapes = {
    pass: '%230b8a50" d="M8 1a7 7 0 1 1-.01 0z',
    warn: '%23d98a00" d="M8 1l7.5 14H.5z',
    fail: '%23d01f2a" d="M3 1l5 5 5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5z',
  };
  const usual = 2000, hidden = 10000, slowest = 15000;
  const body = document.body, $ = id => document.getElementById(id);
  const plural = (n, noun) => n + ' ' + noun + (n == 1 ? '' : 's');
  const capital = text => text[0].toUpperCase() + text.slice(1);

  /// Texts from the service only ever become text nodes.
  const make = (tag, name, ...parts) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...parts);
    return element;
  };

  // Time: the service's clock is the Date of its answers; a kept answer is older than that.
  let ahead = 0;
  const span = seconds => {
    const s = Math.max(0, Math.floor(seconds)), pair = (n, unit, rest, part) =>
      Math.floor(n) + unit + (Math.floor(rest) ? ' ' + Math.floor(rest) + part : '');
    if (s < 60) return s + ' s';
    if (s < 3600) return pair(s / 60, ' min', s < 600 ? s % 60 : 0, ' s');
    if (s < 86400) return pair(s / 3600, ' h', s % 3600 / 60, ' min');
    return pair(s / 86400, ' d', s % 86400 / 3600, ' h');
  };
  const since = (iso, before, after) => {
    const time = make('time', '');
    time.dateTime = iso;
    time.title = new Date(iso).toLocaleString();
    time.dataset.before = before;
    time.dataset.after = after;
    return update(time);
  };
  const update = time => {
    const {before, after} = time.dataset;
    const seconds = (Date.now() + ahead - new Date(time.dateTime)) / 1000;
    const text = seconds < 1 && after == ' ago' ? 'just now' : before + span(seconds) + after;
    if (time.textContent != text) time.textContent = text;
    return time;
  };
  const took = s => s < .001 ? '< 1 ms' : s < 1 ? Math.floor(s * 1000) + ' ms'
    : s < 60 ? Math.floor(s * 10) / 10 + ' s' : span(s);

  const failures = check => {
    const n = check.failuresInARow || 0;
    return !n ? '' : plural(n, 'failure') +
      (n < check.failureThreshold ? ' of ' + check.failureThreshold : n > 1 ? ' in a row' : '');
  };
  const status = (tag, check) => {
    const cell = make(tag, 's ' + check.status, check.status);
    const notes = [check.condition, check.critical === false && 'not critical'].filter(Boolean);
    if (notes.length) cell.append(make('small', '', ' ' + notes.join(', ')));
    return cell;
  };
  const reason = check => {
    const cell = make('td', '', check.output || '');
    const data = Object.entries(check.data || {}).map(([key, value]) =>
      key + ' ' + (typeof value == 'string' ? value : JSON.stringify(value)));
    if (data.length) cell.append(check.output ? ' ' : '', make('small', '', data.join(', ')));
    return cell;
  };
  const cells = (name, check) => {
    const head = make('th', '', name);
    head.scope = 'row';
    return [head, make('td', '', check.probe), status('td', check),
      make('td', '', check.time ? since(check.time, '', ' ago') : ''),
      make('td', 'more took', check.durationSeconds === undefined ? '' : took(check.durationSeconds)),
      make('td', 'more', failures(check)), reason(check)];
  };

  /// Replaces only what differs, so that a selection lasts.
  const renew = (element, parts) => {
    const old = [...element.children];
    if (old.length != parts.length) return element.replaceChildren(...parts);
    parts.forEach((part, i) => { if (part.outerHTML != old[i].outerHTML) old[i].replaceWith(part); });
  };

  const rank = check => check.status == 'fail' ? check.critical === false : check.status == 'warn' ? 2 : 3;
  const rows = new Map();
  let order = '';
  const showChecks = checks => {
    const names = Object.keys(checks).filter(name => !name.includes(':'));
    names.sort((a, b) => rank(checks[a][0]) - rank(checks[b][0]) || (a < b ? -1 : 1));
    for (const name of names) {
      const check = checks[name][0], text = JSON.stringify(check);
      const row = rows.get(name) || {element: make('tr', '')};
      rows.set(name, row);
      if (row.text == text) continue;
      row.text = text;
      row.element.className = check.status;
      renew(row.element, cells(name, check));
    }
    for (const name of rows.keys()) if (!checks[name]) rows.delete(name);
    if (order != names.join()) $('checks').tBodies[0].replaceChildren(...names.map(name => rows.get(name).element));
    order = names.join();
    if (names.length >= 20) offerFilter();
    filter();
  };

  let wanted;
  const offerFilter = () => {
    if (wanted) return;
    wanted = make('input', '');
    wanted.type = 'search';
    wanted.placeholder = 'Filter checks';
    wanted.setAttribute('aria-label', 'Filter checks');
    wanted.addEventListener('input', filter);
    $('checks').caption.append(wanted);
  };
  const filter = () => {
    const text = wanted ? wanted.value.trim().toLowerCase() : '';
    let shown = 0;
    for (const {element} of rows.values()) {
      const searched = [0, 2, 6].map(i => element.cells[i].textContent).join(' ').toLowerCase();
      shown += !(element.hidden = !searched.includes(text));
    }
    $('count').textContent = text ? shown + ' of ' + rows.size : rows.size;
  };

  const entry = event => make('li', '', since(event.time, '', ' ago'),
    make('b', '', event.check || event.probe + ' probe'),
    make('span', '', make('span', 's ' + event.from, event.from), ' → ', make('span', 's ' + event.to, event.to)),
    make('span', '', event.output || ''));
  const showLog = events => $('log').replaceChildren(
    ...(events.length ? events.map(entry) : [make('li', 'dim', 'None so far.')]));

  const countsOf = health => {
    if (health.counts) return health.counts;
    const counts = {pass: 0, warn: 0, fail: 0};
    for (const [name, [check]] of Object.entries(health.checks)) if (!name.includes(':')) ++counts[check.status];
    return counts;
  };
  const phaseOf = phase => [capital(phase.name) + ' ', since(phase.since, 'for ', ''),
    phase.inFlight ? ', ' + phase.inFlight + ' in flight' : '',
    phase.callbacks && phase.callbacks.length ? ', waiting for ' + phase.callbacks.join(', ') : ''];

  /// What only the service writes. If it changes, as with a new version, the page is loaded again.
  const frameOf = health => JSON.stringify([health.serviceId, health.version, health.releaseId, health.description,
    health.links, !health.checks, Object.values(health.checks || {}).some(([check]) => 'critical' in check)]);

  let said = body.dataset.status, frame, log;
  const say = text => { $('said').textContent = text; };
  const show = health => {
    frame = frame || frameOf(health);
    if (frame != frameOf(health)) return location.reload();
    const {status} = health, counts = countsOf(health), word = words[status];
    const sum = ['fail', 'warn', 'pass'].filter(key => counts[key])
      .map(key => counts[key] + ' ' + words[key].toLowerCase());
    const box = $('verdict');
    box.className = status;
    renew(box, [make('b', 's ' + status, word), make('span', '', sum.join(', ') || 'no checks'),
      make('p', 'dim', ...phaseOf(health.phase)), ...(health.output ? [make('p', '', health.output)] : [])]);
    for (const [probe, state] of Object.entries(health.probes))
      renew($('probe-' + probe), [make('span', 's ' + state, state)]);
    if (health.checks) showChecks(health.checks);
    const events = JSON.stringify(health.transitions);
    if (events != log) showLog(health.transitions);
    log = events;
    document.title = word + ': ' + $('name').textContent;
    $('icon').href = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="' +
      shapes[status] + '"/></svg>';
    if (said != status) say(word + ': ' + sum.join(', '));
    said = status;
  };

  let answered = new Date().toISOString(), last = '', misses = 0, asking = false, timer;
  const take = text => {
    if (body.className) said = last = '';
    if (text != last) show(JSON.parse(text));
    last = text;
    body.className = '';
    $('live').textContent = 'Live';
    answered = new Date(Date.now() + ahead).toISOString();
    misses = 0;
  };
  const lose = why => {
    const at = new Date(new Date(answered).getTime() - ahead).toLocaleTimeString();
    $('live').replaceChildren('No answer since ' + at, since(answered, ' (', ')'),
      '. ' + why + ' What follows is from then.');
    if (!body.className) say('The service has not answered since ' + at);
    body.className = 'lost';
  };
  const poll = async () => {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    let why = '';
    try {
      const reply = await fetch('?feed', {cache: 'no-store', headers: {Accept: 'application/health+json'},
        signal: AbortSignal.timeout(+body.dataset.patience)});
      why = reply.ok ? 'Its answer makes no sense.' : 'It sends status ' + reply.status + '.';
      if (!reply.ok) throw why;
      const date = Date.parse(reply.headers.get('Date'));
      if (Math.abs(date + 500 - Date.now() - ahead) > 1500) ahead = date + 500 - Date.now();
      take(await reply.text());
    } catch {
      ++misses;
      lose(why);
    }
    asking = false;
    timer = setTimeout(poll, document.hidden ? hidden : Math.min(usual * 2 ** misses, slowest));
  };
  document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });
  addEventListener('online', poll);
  // How long a state lasts isn't known any more once the service is lost.
  setInterval(() => {
    const known = body.className ? 'time[data-after]:not([data-after=""])' : 'time[data-after]';
    if (!document.hidden) document.querySelectorAll(known).forEach(update);
  }, 1000);
  poll();
})();
