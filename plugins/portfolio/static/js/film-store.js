// Recordings are kept on the device, piece by piece, until the server has said that it has them:
// a closed page, a crash or a lost network takes nothing away.

const NAME = "contrada-films";
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * @typedef {object} LocalTake
 * @property {string} key
 * @property {string} film
 * @property {string} person nobody else at this device is shown it, and it is never sent under another name
 * @property {string} kind media type
 * @property {string} name of the file
 * @property {number} madeAt milliseconds
 * @property {number} duration milliseconds
 * @property {boolean} ended
 * @property {string} url where it is being sent to; empty before
 */

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("takes", { keyPath: "key" });
      asked.result.createObjectStore("pieces", { keyPath: ["key", "number"] });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(takes: IDBObjectStore, pieces: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function within(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const work = database.transaction(["takes", "pieces"], mode, { durability: "strict" });
      const asked = act(work.objectStore("takes"), work.objectStore("pieces"));
      work.oncomplete = () => resolve(asked.result);
      work.onabort = () => reject(work.error);
    });
  } finally {
    database.close();
  }
}

/** @param {string} key */
function piecesOf(key) {
  return IDBKeyRange.bound([key, 0], [key, Infinity]);
}

/** @param {LocalTake} take */
export async function saveTake(take) {
  await within("readwrite", (takes) => takes.put({ ...take }));
}

/**
 * @param {LocalTake} take as it is with this piece
 * @param {number} number
 * @param {Blob} data
 */
export async function savePiece(take, number, data) {
  // Bytes, not a Blob: some browsers lose Blobs that a closed page has stored.
  const bytes = await data.arrayBuffer();
  await within("readwrite", (takes, pieces) => {
    pieces.put({ key: take.key, number, bytes });
    return takes.put({ ...take });
  });
}

/** @param {string} key */
export async function forgetTake(key) {
  await within("readwrite", (takes, pieces) => {
    pieces.delete(piecesOf(key));
    return takes.delete(key);
  });
}

/**
 * What a person has not sent yet of a film. What nobody came back for within a week is thrown away.
 * @param {string} person
 * @param {string} film
 * @returns {Promise<{take: LocalTake, pieces: Blob[]}[]>}
 */
export async function waitingTakes(person, film) {
  /** @type {LocalTake[]} */
  const all = await within("readonly", (takes) => takes.getAll());
  for (const take of all) if (Date.now() - take.madeAt > KEPT_MS) await forgetTake(take.key);
  const found = [];
  for (const take of all.filter((each) => each.person === person && each.film === film && Date.now() - each.madeAt <= KEPT_MS)) {
    const rows = await within("readonly", (_takes, pieces) => pieces.getAll(piecesOf(take.key)));
    if (rows.length === 0) await forgetTake(take.key);
    else found.push({ take, pieces: rows.map((/** @type {{bytes: ArrayBuffer}} */ row) => new Blob([row.bytes])) });
  }
  return found;
}
