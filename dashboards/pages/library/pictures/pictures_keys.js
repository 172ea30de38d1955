// The single keys of the grid.
import {closesDetails, keys} from "../../../components/browser/keyboard.js"
import {firstInSight, isShown, moveTo} from "./pictures_scroll.js"
import {open, openBulk, rateByKey, selectAll, selectedCount, toggle, toggleFavorite} from "./pictures_selection.js"
import {view} from "./pictures_viewer.js"

/** @import {Self} from "./pictures_scroll.js" */

/** Show the cursor at the first visible tile, if no tile has it yet; return whether it was invisible. @param {Self} self */
export function showsCursor(self) {
  const isNew = !self.state.isPointed
  if (isNew) moveTo(self, firstInSight(self))
  return isNew
}

/** The places of the arrow keys. @type {Record<string, (self: Self) => number>} */
export const PLACES = {
  ArrowRight: ({state}) => state.cursor + 1,
  ArrowLeft: ({state}) => state.cursor - 1,
  ArrowDown: ({state}) => state.layout.vertical(state.cursor, 1),
  ArrowUp: ({state}) => state.layout.vertical(state.cursor, -1),
  Home: () => 0,
  End: ({view: {total}}) => total - 1,
}

/** @param {Self} self */
export function bindKeys(self) {
  const when = () => isShown(self)
  const canEdit = () => isShown(self) && self.view.editable
  /** A key that acts on the file at the cursor first shows which file that is. @type {(act: () => void) => () => void} */
  const atCursor = act => () => {
    if (!showsCursor(self)) act()
  }
  /** @type {(act: () => void) => () => void} */
  const onFiles = act => () => (selectedCount(self) ? act() : atCursor(act)())
  /** @type {(arrow: string) => KeyBinding} */
  const moves = arrow => ({
    does: "move the cursor",
    group: "Move",
    when,
    repeats: true,
    run: atCursor(() => moveTo(self, PLACES[arrow](self))),
  })
  const opensViewer = {does: "show the file in the whole window", group: "Move", when}
  /** @type {Record<string, KeyBinding>} */
  const ratings = Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map(stars => [
      String(stars),
      {
        does: "rate with 1 to 5 stars; 0 removes the rating",
        group: "Act",
        act: "rate",
        when: canEdit,
        run: onFiles(() => rateByKey(self, stars)),
      },
    ]),
  )
  keys(self.model, "library", {
    "/": {does: "search", group: "Find", when, run: () => self.focus("input.q")},
    h: moves("ArrowLeft"),
    j: moves("ArrowDown"),
    k: moves("ArrowUp"),
    l: moves("ArrowRight"),
    ArrowLeft: {does: "move the cursor", group: "Move", when},
    ArrowDown: {does: "move the cursor", group: "Move", when},
    ArrowUp: {does: "move the cursor", group: "Move", when},
    ArrowRight: {does: "move the cursor", group: "Move", when},
    Enter: {...opensViewer, run: atCursor(() => view(self))},
    " ": opensViewer,
    i: {does: "details of the file", group: "Move", when, run: atCursor(() => open(self, self.state.cursor))},
    x: {does: "select the file", group: "Select", when, run: atCursor(() => toggle(self, self.state.cursor))},
    a: {does: "select all files of the search", group: "Select", when, run: () => selectAll(self, true)},
    n: {does: "clear the selection", group: "Select", when, run: () => selectAll(self, false)},
    f: {
      does: "make it a favourite, or no favourite",
      group: "Act",
      act: "favorite",
      when: canEdit,
      run: onFiles(() => toggleFavorite(self)),
    },
    b: {
      does: "edit the people of the selected files",
      group: "Act",
      act: "bulk",
      when: canEdit,
      run: onFiles(() => openBulk(self, "people")),
    },
    ...ratings,
    Escape: closesDetails(() => self),
  })
}
