// STUB
/** @type {(target: {id: number}[], tab?: string) => void} */
export const editFiles = (target, tab) => console.log(target, tab)
