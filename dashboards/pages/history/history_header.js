// What was done so far, in one line.
export function render(context) {
  component(context, {
    draw: view => h("div", {class: "head"}, h("h1", null, "History"), h("p", null, view.summary ?? "")),
  })
}
