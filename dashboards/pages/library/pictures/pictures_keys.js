// The single keys of the grid.
import {closesDetails, keys} from "../../../components/browser/keyboard.js"
import {isShown} from "./pictures_scroll.js"
import {open, openBulk, rate, selectAll, toggle, toggleFavorite} from "./pictures_selection.js"

/** @import {Self} from "./pictures_scroll.js" */

/** @param {Self} self */
export function bindKeys(self) {
  const when = () => isShown(self)
  const canEdit = () => isShown(self) && self.view.editable
  /** @type {Record<string, KeyBinding>} */
  const ratings = Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map(stars => [
      String(stars),
      {does: "rate with 1 to 5 stars; 0 removes the rating", group: "Act", when: canEdit, run: () => rate(self, stars)},
    ]),
  )
  keys(self.model, "library", {
    "/": {does: "search", group: "Move", when, run: () => self.focus("input.q")},
    Enter: {does: "open the file", group: "Move", when, run: () => open(self, self.state.cursor)},
    x: {does: "select the file", group: "Select", when, run: () => toggle(self, self.state.cursor)},
    a: {does: "select all files of the search", group: "Select", when, run: () => selectAll(self, true)},
    n: {does: "clear the selection", group: "Select", when, run: () => selectAll(self, false)},
    f: {does: "make it a favourite, or no favourite", group: "Act", when: canEdit, run: () => toggleFavorite(self)},
    b: {
      does: "edit the people of the selected files",
      group: "Act",
      when: canEdit,
      run: () => openBulk(self, "people"),
    },
    ...ratings,
    Escape: closesDetails(() => self),
  })
}
