// A script in every page of benchmarks/dashboard.py: the time from a key or a click to the painted result.
//
// `arm` reads a value. The next key or click starts the clock, at the time stamp of the event. After every change in a
// shadow root, the value is read again. Two animation frames after a change of the value, the change is painted.
window.painted = (() => {
  const roots = []
  const gather = root => {
    roots.push(root)
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) gather(node.shadowRoot)
  }
  const isVisible = node => node.getClientRects().length > 0 // several pages are loaded, one is shown
  // Selector → root of the visible element. The search costs a layout, so it precedes the clock.
  const rootOf = new Map()
  const findRoot = selector => {
    const root = roots.find(each => [...each.querySelectorAll(selector)].some(isVisible))
    if (root) rootOf.set(selector, root)
    return root
  }
  const find = selector => (rootOf.get(selector) ?? findRoot(selector))?.querySelector(selector)
  const search = selector => {
    roots.length = 0
    gather(document)
    const nodes = findRoot(selector)?.querySelectorAll(selector) ?? []
    return [...nodes].find(isVisible) ?? null
  }
  const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  const GRID = "[role=grid][aria-label='Planned changes']"
  const text = selector => find(selector)?.textContent ?? ""
  const VALUES = {
    page: () => text(".pager span") + find(`${GRID} [role=row][data-id]`)?.dataset.id,
    order: () => find(`${GRID} [role=row][data-id]`)?.dataset.id,
    cursor: () => find(`${GRID} .row.cursor`)?.dataset.id,
    mark: () => find(`${GRID} .row.cursor`)?.getAttribute("aria-selected"),
    count: () => text(".foot b"),
    result: () => text(".pager span"),
    dialog: () => text("dialog[open] h2"),
    reaction: () => text("dialog[open] h2") + text(".foot") + !!find(".foot [aria-busy=true]") + location.pathname,
    details: () => text(".drawer h2"),
  }
  let measured = null
  const arm = name => {
    roots.length = 0
    rootOf.clear()
    gather(document)
    const before = VALUES[name]()
    let start = null
    measured = new Promise((done, failed) => {
      const observers = []
      const stop = () => {
        for (const observer of observers) observer.disconnect()
        for (const kind of ["keydown", "click"]) window.removeEventListener(kind, startClock, true)
        clearTimeout(timeout)
      }
      const startClock = event => (start ??= event.timeStamp)
      const check = () => {
        if (start === null || VALUES[name]() === before) return
        stop()
        frames().then(() => done(performance.now() - start))
      }
      const timeout = setTimeout(() => {
        stop()
        failed(new Error(`no change: ${name} is still ${before}`))
      }, 20000)
      for (const kind of ["keydown", "click"]) window.addEventListener(kind, startClock, true)
      for (const root of roots) {
        const observer = new MutationObserver(check)
        observer.observe(root, {subtree: true, childList: true, attributes: true, characterData: true})
        observers.push(observer)
      }
    })
    measured.catch(() => {})
  }
  const first = new Promise(done => {
    const check = () => {
      if (document.body && search(`${GRID} [role=row][data-id]`)) frames().then(() => done(performance.now()))
      else requestAnimationFrame(check)
    }
    requestAnimationFrame(check)
  })
  const position = async selector => {
    const node = search(selector)
    const dock = document.querySelector(".dock")
    for (let [tries, before] = [0, null]; tries < 10; tries++) {
      const {top, bottom} = node.getBoundingClientRect()
      const inside = top >= 40 && bottom <= innerHeight - dock.offsetHeight - 10
      if (inside && top === before) break // else it moves: rows that come into view get their real height
      before = top
      if (!inside) node.scrollIntoView({block: "center"})
      await frames()
    }
    const box = node.getBoundingClientRect()
    return [box.x + box.width / 2, box.y + box.height / 2]
  }
  return {arm, first, position, done: () => measured, value: name => (search("body"), VALUES[name]())}
})()
