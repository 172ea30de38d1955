// Put into every page of benchmarks/dashboard.py: how long from a key or a click to the painted result.
//
// `arm` remembers what a value is now; the next key or click starts the clock (by the event's own time). Every change of
// any shadow root looks at the value again; once it is another one, two animation frames later it has been painted.
window.painted = (() => {
  const roots = []
  const gather = root => {
    roots.push(root)
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) gather(node.shadowRoot)
  }
  const seen = node => node.getClientRects().length > 0 // several pages are there, one is shown
  const home = new Map() // where a selector finds what is shown: looked for before the clock starts, for it costs a layout
  const settle = selector => {
    const root = roots.find(each => [...each.querySelectorAll(selector)].some(seen))
    if (root) home.set(selector, root)
    return root
  }
  const find = selector => (home.get(selector) ?? settle(selector))?.querySelector(selector)
  const search = selector => {
    roots.length = 0
    gather(document)
    const found = settle(selector)?.querySelectorAll(selector) ?? []
    return [...found].find(seen) ?? null
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
    found: () => text(".pager span"),
    details: () => text(".drawer h2"),
  }
  let waiting = null
  const arm = name => {
    roots.length = 0
    home.clear()
    gather(document)
    const before = VALUES[name]()
    let start = null
    waiting = new Promise((done, failed) => {
      const observers = []
      const stop = () => {
        for (const observer of observers) observer.disconnect()
        for (const kind of ["keydown", "click"]) window.removeEventListener(kind, begin, true)
        clearTimeout(late)
      }
      const begin = event => (start ??= event.timeStamp)
      const look = () => {
        if (start === null || VALUES[name]() === before) return
        stop()
        frames().then(() => done(performance.now() - start))
      }
      const late = setTimeout(() => {
        stop()
        failed(new Error(`nothing happened: ${name} is still ${before}`))
      }, 20000)
      for (const kind of ["keydown", "click"]) window.addEventListener(kind, begin, true)
      for (const root of roots) {
        const observer = new MutationObserver(look)
        observer.observe(root, {subtree: true, childList: true, attributes: true, characterData: true})
        observers.push(observer)
      }
    })
    waiting.catch(() => {})
  }
  const first = new Promise(done => {
    const look = () => {
      if (document.body && search(`${GRID} [role=row][data-id]`)) frames().then(() => done(performance.now()))
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  const place = async selector => {
    const node = search(selector)
    const dock = document.querySelector(".dock")
    for (let [tries, before] = [0, null]; tries < 10; tries++) {
      const {top, bottom} = node.getBoundingClientRect()
      const inside = top >= 40 && bottom <= innerHeight - dock.offsetHeight - 10
      if (inside && top === before) break // where it stays: rows that come into view get their own height
      before = top
      if (!inside) node.scrollIntoView({block: "center"})
      await frames()
    }
    const box = node.getBoundingClientRect()
    return [box.x + box.width / 2, box.y + box.height / 2]
  }
  return {arm, first, place, done: () => waiting, value: name => (search("body"), VALUES[name]())}
})()
