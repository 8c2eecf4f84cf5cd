/* The point under the pointer, and a stretchable x axis. Keys: + and - zoom, arrows move, 0 resets. */
'use strict';
const tip = Object.assign(document.createElement('div'), {id: 'tip', hidden: true});
tip.setAttribute('aria-live', 'polite');
document.body.append(tip);

for (const figure of document.querySelectorAll('figure.zoomable')) {
  const svg = figure.querySelector('svg');
  const groups = [...svg.querySelectorAll('g[data-x]')];
  if (!groups.length) continue;
  const left = +groups[0].dataset.x, width = +groups[0].dataset.width;
  const marks = [...svg.querySelectorAll('g.points > *')].map(element => {
    const box = element.getBBox();
    return {element, x: box.x + box.width / 2, y: box.y + box.height / 2,
            text: element.querySelector('title')?.textContent};
  });
  const tips = marks.filter(mark => mark.text);
  const ticks = [...svg.querySelectorAll('g.axis > text')].map(element => ({element, x: +element.getAttribute('x')}));
  const clip = document.createElementNS(svg.namespaceURI, 'clipPath');
  clip.id = 'clip' + Math.random().toString(36).slice(2);
  clip.innerHTML = `<rect x="${left - 12}" y="-50" width="${width + 24}" height="2000"/>`;
  svg.append(clip);
  for (const group of groups) {
    const wrap = document.createElementNS(svg.namespaceURI, 'g');
    wrap.setAttribute('clip-path', `url(#${clip.id})`);
    group.replaceWith(wrap);
    wrap.append(group);
  }

  let from = 0, to = 1, chosen = -1;
  const place = x => left + ((x - left) / width - from) / (to - from) * width;
  function draw() {
    const k = 1 / (to - from), move = left * (1 - k) - from * k * width;
    for (const path of svg.querySelectorAll('g.line > path, g.limits > path, g.axis > path'))
      path.setAttribute('transform', `matrix(${k} 0 0 1 ${move} 0)`);
    for (const mark of marks) mark.element.setAttribute('transform', `translate(${place(mark.x) - mark.x} 0)`);
    for (const tick of ticks) tick.element.setAttribute('x', place(tick.x));
  }
  function zoom(factor, centre = (from + to) / 2) {
    const span = Math.min(1, Math.max((to - from) * factor, 1e-4));
    from = Math.min(Math.max(centre - (centre - from) * span / (to - from), 0), 1 - span);
    to = from + span;
    draw();
  }
  function pan(share) {
    const span = to - from;
    from = Math.min(Math.max(from + share * span, 0), 1 - span);
    to = from + span;
    draw();
  }
  function show(mark) {
    const box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width;
    tip.textContent = mark.text;
    tip.hidden = false;
    tip.style.left = Math.min(innerWidth - tip.offsetWidth - 8, box.left + place(mark.x) * scale + 12) + 'px';
    tip.style.top = Math.max(4, box.top + mark.y * scale - 34) + 'px';
  }
  const userX = event => {
    const box = svg.getBoundingClientRect();
    return (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
  };
  svg.addEventListener('pointermove', event => {
    if (!tips.length) return;
    const x = userX(event);
    const near = tips.reduce((best, mark) => Math.abs(place(mark.x) - x) < Math.abs(place(best.x) - x) ? mark : best);
    if (Math.abs(place(near.x) - x) < 20) show(near); else tip.hidden = true;
  });
  svg.addEventListener('pointerleave', () => { tip.hidden = true; });
  svg.addEventListener('wheel', event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, from + (userX(event) - left) / width * (to - from));
  }, {passive: false});
  figure.addEventListener('keydown', event => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (step && to - from < 1 && event.shiftKey) pan(step * 0.2);
    else if (step && tips.length) show(tips[chosen = Math.min(tips.length - 1, Math.max(0, chosen + step))]);
    else if (event.key === '+') zoom(0.5);
    else if (event.key === '-') zoom(2);
    else if (event.key === '0') zoom(1e9);
    else return;
    event.preventDefault();
  });
  const bar = Object.assign(document.createElement('div'), {className: 'zoombar'});
  for (const [sign, act] of [['+', () => zoom(0.5)], ['−', () => zoom(2)], ['◀', () => pan(-0.3)], ['▶', () => pan(0.3)], ['↺', () => zoom(1e9)]]) {
    const button = Object.assign(document.createElement('button'), {textContent: sign, type: 'button'});
    button.setAttribute('aria-label', 'zoom ' + sign);
    button.addEventListener('click', act);
    bar.append(button);
  }
  figure.prepend(bar);
}
