// The keys of the dialog of pictures, for the list of keys: the dialog itself handles them.

/** @type {[does: string, keys: string[]][]} */
const LINES = [
  ["move", ["ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight"]],
  ["select the picture", ["Enter"]],
  ["reject it with a reason, or offer it again", ["x"]],
  ["show it large, beside the chosen one", [" "]],
  ["show the parts of its score", ["i"]],
  ["undo the last step", ["u"]],
  ["the previous and the next kind", ["[", "]"]],
  ["the next and the previous title of the list", ["n", "p"]],
]

/** @type {(when: () => boolean) => Record<string, KeyBinding>} */
export const artworkKeys = when =>
  Object.fromEntries(
    LINES.flatMap(([does, keys]) => keys.map(key => [key, {does, group: "While you choose pictures", when}])),
  )
