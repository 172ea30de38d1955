// The question what each library publishes: NFO files, pictures, for which programs; with an example of its titles.
import {ask} from "#face/ask.js"
import {change, read} from "#face/calls.js"
import {drawSection} from "#face/dialog_sections.js"
import {TAGS} from "#face/publish_question.js"
import {andMore} from "#face/wording.js"

const TITLES = 3 // of the example of one library
const PUBLISH = [
  {value: "off", label: "Nothing"},
  {value: "nfo", label: "NFO files"},
  {value: "artwork", label: "Pictures"},
  {value: "both", label: "NFO files and pictures"},
]
const READERS = [
  {value: "kodi", label: "Kodi"},
  {value: "jellyfin", label: "Jellyfin"},
  {value: "plex", label: "Plex"},
]
const PEOPLE = "People of your videos become actors, so that players show them as persons"

/** @typedef {Values.LibraryPublishing} Library */

/** The name of the field of a library. @param {{library_id: number}} library */
const fieldOf = ({library_id: id}) => `library-${id}`

/** @type {(answers: Answers) => string[]} */
const publishOf = answers =>
  Object.keys(answers)
    .filter(name => name.startsWith("library-"))
    .map(name => answers[name])

/** @param {Answers} answers */
const isOn = answers => publishOf(answers).some(each => each !== "off")

/** @param {Answers} answers */
const hasPictures = answers => publishOf(answers).some(each => each === "artwork" || each === "both")

/** Return the options that all libraries share in the question: of the first one that publishes, or else as usual. @param {Library[]} libraries */
function sharedBy(libraries) {
  const decided = libraries.map(({options}) => options).filter(each => each.is_decided)
  return decided.find(({publish}) => publish !== "off") ?? libraries[0]?.usual
}

/** @param {Library[]} libraries @returns {QuestionField[]} */
export function fieldsFor(libraries) {
  const shared = sharedBy(libraries)
  if (!shared) return []
  return [
    ...libraries.map(library => ({
      name: fieldOf(library),
      kind: /** @type {const} */ ("select"),
      label: library.name,
      choices: PUBLISH,
      value: library.options.is_decided ? library.options.publish : library.proposed,
    })),
    {name: "readers", kind: "checks", label: "For", options: READERS, value: [...shared.readers], when: isOn},
    {
      name: "kinds",
      kind: "checks",
      label: "Pictures",
      options: libraries[0].pictures,
      value: [...shared.kinds],
      when: hasPictures,
    },
    {
      name: "people",
      kind: "checks",
      label: "People",
      options: [{value: "people", label: PEOPLE}],
      value: shared.people ? ["people"] : [],
      when: isOn,
    },
  ]
}

/** Why the answers cannot be stored; "" if they can. @param {Answers} answers */
export function problemOf(answers) {
  if (answers.readers?.length === 0) return "Choose at least one program that reads the files."
  return answers.kinds?.length === 0 ? "Choose at least one kind of picture." : ""
}

/** Which files some titles of the libraries would get. @type {(libraries: Library[], answers: Answers) => Child} */
function drawExample(libraries, answers) {
  const examples = libraries
    .filter(library => (answers[fieldOf(library)] ?? "off") !== "off")
    .map(library => {
      const args = {library_id: library.library_id, publish: answers[fieldOf(library)]}
      /** @type {Values.PublishExample | undefined} */
      const found = read(["publications.example", args], ["publications:changed", "scan:completed"]).value
      return {library, titles: found?.examples.slice(0, TITLES) ?? [], total: found?.titles ?? 0}
    })
  const items = examples.flatMap(({library, titles}) =>
    titles.map(({name, files}) => ({
      ...{key: `${library.library_id}${name}`, name, chips: []},
      tags: files.map(({path: text, action}) => ({text, kind: TAGS[action]})),
    })),
  )
  const more = examples
    .filter(({titles, total}) => total > titles.length)
    .map(({library, titles, total}) => `${andMore(total - titles.length)} of ${library.name}`)
  if (!items.length) return null
  return drawSection(
    /** @type {any} */ ({
      ...{kind: "items", key: "example", label: "For example", style: "values", items},
      more: more.join("; "),
    }),
  )
}

/** Return the options of a library that an answer changes: what nobody has changed stays as it is. @type {(library: Library, answers: Answers, shared: Values.PublishOptions) => object} */
export function changesOf({library_id: id, options}, answers, shared) {
  /** @type {(value: string[] | undefined, before: readonly string[]) => string[] | null} */
  const changed = (value, before) =>
    value?.length && (!options.is_decided || [...value].sort().join() !== [...before].sort().join()) ? value : null
  const people = answers.people && answers.people.length > 0
  return {
    library_id: id,
    publish: answers[fieldOf({library_id: id})],
    kinds: changed(answers.kinds, shared.kinds),
    readers: changed(answers.readers, shared.readers),
    people: answers.people && (!options.is_decided || people !== shared.people) ? people : null,
  }
}

/** Ask what libraries publish, and store it. `only`: the id of the only library that is asked about. @param {number} [only] */
export async function askOptions(only) {
  /** @type {Library[]} */
  let libraries = []
  await ask(
    {
      title: "What do you want to publish?",
      text: "Choose what Indexium writes beside the media of each folder. Nothing is written yet.",
      reads: () => ["publications.libraries", {only: only ?? null}],
      fieldsOf: found => {
        libraries = found
        return fieldsFor(found)
      },
      below: drawExample,
      check: problemOf,
      confirm: "Show what would be written",
      isWide: true,
      stays: true,
    },
    async answers => {
      const shared = sharedBy(libraries)
      for (const library of libraries) await change("publications.set_options", changesOf(library, answers, shared))
    },
  )
}
