// Joins a briefing sentence (data-s) to the passages that back it (data-by), by pointer
// and keyboard; and copies. Nothing here builds markup or asks a server for anything.
(() => {
  const all = (root, query) => [...root.querySelectorAll(query)];
  const sentence = node => node.closest && node.closest('.s[data-s]');
  let pinned = null;

  function show(desk, number, article, hover) {
    clear(desk);
    all(desk, `.s[data-s="${number}"]`).forEach(node => {
      node.classList.add('on');
      if (!hover) node.setAttribute('aria-pressed', 'true');
    });
    const behind = desk.querySelector('.behind');
    const marks = all(behind, `mark[data-by~="${number}"]`);
    marks.forEach(mark => { mark.classList.add('on'); });
    all(behind, 'details.article').forEach(part => {
      part.open = marks.some(mark => part.contains(mark));
    });
    if (!hover) {
      desk.classList.add('open');
      if (matchMedia('(max-width: 1179px)').matches) {  // the sources cover the lower half
        desk.querySelector(`.s[data-s="${number}"]`).scrollIntoView({ block: 'start' });
      }
    }
    const inArticle = mark => mark.closest('.article').dataset.d === article;
    const first = marks.find(mark => article ? inArticle(mark) : true);
    if (first) {
      const gap = first.getBoundingClientRect().top - behind.getBoundingClientRect().top;
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || hover;
      behind.scrollBy({ top: gap - behind.clientHeight / 4, behavior: calm ? 'auto' : 'smooth' });
    }
  }

  function clear(desk) {
    all(desk, '.on').forEach(node => node.classList.remove('on'));
    all(desk, '[aria-pressed="true"]').forEach(node => node.setAttribute('aria-pressed', 'false'));
  }

  function release(desk) {
    pinned = null;
    clear(desk);
    desk.classList.remove('open');
  }

  document.addEventListener('click', event => {
    const desk = event.target.closest && event.target.closest('.desk');
    if (!desk) return;
    const at = event.target.closest('[data-s]');
    const mark = event.target.closest('.behind mark[data-by]');
    if (event.target.closest('.close')) return release(desk);
    if (at) {
      if (pinned === at.dataset.s && sentence(event.target)) return release(desk);
      pinned = at.dataset.s;
      show(desk, pinned, at.dataset.d);
    } else if (mark) {
      pinned = mark.dataset.by.split(' ')[0];
      show(desk, pinned, mark.closest('.article').dataset.d);
      const backed = desk.querySelector(`.s[data-s="${pinned}"]`);
      if (backed) backed.scrollIntoView({ block: 'nearest' });
    }
  });

  document.addEventListener('mouseover', event => {
    const at = sentence(event.target);
    if (at && !pinned && matchMedia('(hover: hover) and (min-width: 1180px)').matches) {
      show(at.closest('.desk'), at.dataset.s, null, true);
    }
  });

  document.addEventListener('keydown', event => {
    const desk = document.querySelector('.desk');
    if (!desk) return;
    if (event.key === 'Escape') return release(desk);
    const button = event.target.closest && event.target.closest('.desk [role="button"]');
    const at = sentence(event.target);
    if (button && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      button.click();
    } else if (at && ['ArrowDown', 'ArrowUp'].includes(event.key)) {
      event.preventDefault();
      const sentences = all(desk, '.s[data-s]');
      const next = sentences[sentences.indexOf(at) + (event.key === 'ArrowDown' ? 1 : -1)];
      if (next) next.focus();
    }
  });

  // Gradio's drop zones say something else than their labels; here they say their labels.
  new MutationObserver(() => {
    all(document, 'button.upload-container').forEach(zone => {
      const label = zone.closest('.block').querySelector('[data-testid="block-label"]');
      const name = label ? label.textContent.trim() : '';
      const wrap = zone.querySelector('.wrap');  // gone while files are on their way
      if (name && wrap && wrap.dataset.says !== name) {
        zone.setAttribute('aria-label', name);
        wrap.dataset.says = name;
      }
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  // On a narrow page the result lies below the controls that asked for it.
  document.addEventListener('click', event => {
    const asked = event.target.closest && event.target.closest('#write, #examples button');
    if (asked && matchMedia('(max-width: 899px)').matches) {
      document.querySelector('#work').scrollIntoView();
    }
  });

  window.deskCopy = async text => {
    const button = document.querySelector('#copy');
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = before; }, 1600);
  };
})();
