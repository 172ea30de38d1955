// A script in every page of benchmarks/dashboard.py: the time from a key or a click to the painted result.
//
// `arm` reads a value. The next key or click starts the clock, at the time stamp of the event: the listener comes before
// those of the page, which may make the change at once. After every change in a shadow root, the value is read again.
// Two animation frames after a change of the value, the change is painted.
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
  const ROW = "[role=grid] [role=row][data-row]"
  const text = selector => find(selector)?.textContent ?? ""
  const VALUES = {
    page: () => text(".pager [aria-live]") + find(ROW)?.dataset.row,
    order: () => [...(find("[role=grid]")?.querySelectorAll("[data-row]") ?? [])].map(row => row.dataset.row).join(),
    cursor: () => find(`${ROW}.cursor`)?.dataset.row,
    mark: () => find(`${ROW}.cursor`)?.getAttribute("aria-selected"),
    count: () => text(".foot b"),
    result: () => text(".pager [aria-live]"),
    dialog: () => search("dialog[open] h2")?.textContent, // a dialog has a root of its own
    reaction: () => search("dialog[open] h2")?.textContent + text(".foot") + !!find(".foot [aria-busy=true]") + location.pathname,
    details: () => text(".drawer h2"),
  }
  let measured = null
  let start = null
  for (const kind of ["keydown", "click"])
    window.addEventListener(kind, event => (start ??= event.timeStamp), {capture: true})
  const arm = name => {
    roots.length = 0
    rootOf.clear()
    gather(document)
    const before = VALUES[name]()
    start = null
    measured = new Promise((done, failed) => {
      const observers = []
      const stop = () => {
        for (const observer of observers) observer.disconnect()
        clearTimeout(timeout)
      }
      const check = () => {
        const value = start === null ? "" : VALUES[name]()
        if (!value || value === before) return // nothing is shown while the list is read
        stop()
        frames().then(() => done(performance.now() - start))
      }
      const timeout = setTimeout(() => {
        stop()
        failed(new Error(`no change: ${name} is still ${before}`))
      }, 20000)
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
      if (document.body && search(ROW)) frames().then(() => done(performance.now()))
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
