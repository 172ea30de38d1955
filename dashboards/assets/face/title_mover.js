// The question to which title a file belongs: a search, what the file is of it, and the number of an episode.
import {call} from "#face/calls.js"
import {plural} from "#face/wording.js"

const MOST = 8 // titles that a search shows
const FOUND = {id: 1, name: 1, entity_type: 1, kind_name: 1, episode_count: 1, file_count: 1}
const ROLES = {main: "The film or the episode itself", extra: "An extra", trailer: "A trailer", sample: "A sample"}

/** @typedef {Pick<Values.TitleFile, "file_id" | "name" | "file_path" | "about" | "by_hand" | "role">} File */

/** @type {(text: string) => Promise<FieldOffer[]>} */
async function find(text) {
  const {items} = await call("titles.list", {query: text, per_page: MOST}, {items: FOUND})
  return items.map(({id, name, entity_type: kind, kind_name: kindName, episode_count: episodes, file_count: files}) => {
    const isSeries = kind === "series"
    const size = isSeries ? plural(episodes, "episode") : plural(files, "file")
    return {value: String(id), label: name, hint: `${kindName}, ${size}`, isSeries}
  })
}

/** The new titles that a text can become. @type {(text: string) => FieldOffer[]} */
const newTitles = text => [
  {value: "movie", label: `“${text}”`, hint: "a new film", isSeries: false, text},
  {value: "series", label: `“${text}”`, hint: "a new series", isSeries: true, text},
]

/** @param {string} text */
const numbersIn = text => (text.match(/\d{1,6}/g) ?? []).map(Number)

/** @param {Answers} answers */
const isEpisode = ({target, role}) => Boolean(target?.isSeries) && role === "main"

/** The question for one file. @type {(file: File) => Question} */
export const moveQuestion = ({name, role}) => ({
  title: "Move to another title",
  text: name,
  hint: "The file stays there, whatever its name says later.",
  fields: [
    {
      name: "target",
      kind: "offer",
      label: "Film or series",
      placeholder: "Words of the title",
      finds: find,
      adds: newTitles,
    },
    {
      name: "role",
      kind: "select",
      label: "The file is",
      value: role,
      choices: Object.entries(ROLES).map(([value, label]) => ({value, label})),
      when: ({target}) => Boolean(target),
    },
    {
      name: "year",
      label: "Year",
      placeholder: "optional",
      required: false,
      inputmode: "numeric",
      when: ({target}) => Boolean(target?.text),
    },
    {name: "season", label: "Season", value: "1", required: false, inputmode: "numeric", when: isEpisode},
    {name: "episodes", label: "Episode", placeholder: "2, or 2 3 for two", inputmode: "numeric", when: isEpisode},
  ],
  check: answers =>
    isEpisode(answers) && !numbersIn(answers.episodes).length ? "Enter the number of the episode." : "",
  confirm: "Move the file",
  stays: true,
})

/** The call that moves the file. @type {(file: File, answers: Answers) => CallOf} */
export function moveCall({file_id: id}, {target, role = "main", year = "", season = "", episodes = ""}) {
  const isNew = Boolean(target.text)
  return [
    "titles.move",
    {
      file_ids: [id],
      role,
      ...(isNew ? {kind: target.value, title: target.text, year} : {title_id: Number(target.value)}),
      ...(episodes && {season: season || null, episodes: numbersIn(episodes)}),
    },
  ]
}
