// How files are sent: in pieces that go on after a break (tus 1.0).
import { Upload } from "tus-js-client";
import { refusalIn } from "./request.js";

const PIECE_BYTES = 4 * 1024 * 1024;
const RETRY_MS = [0, 1000, 3000, 5000, 10000, 20000];

/**
 * @typedef {object} Listener
 * @property {(sent: number, total: number) => void} [progress] bytes
 * @property {() => void} [offline] the connection is gone; it goes on by itself
 * @property {(reason: string) => void} failed the server's own words, or empty
 * @property {(fileId: string, url: string) => void} done
 */

/**
 * An upload of a file, ready to be started.
 * @param {File} file
 * @param {string} endpoint
 * @param {Listener} listener
 * @returns {Upload}
 */
export function prepareUpload(file, endpoint, listener) {
  let fileId = "";
  const upload = new Upload(file, {
    endpoint,
    chunkSize: PIECE_BYTES,
    retryDelays: RETRY_MS,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, filetype: file.type },
    onProgress: (sent, total) => listener.progress?.(sent, total),
    onAfterResponse: (_request, response) => {
      fileId = response.getHeader("Upload-File") ?? fileId;
    },
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      if (status === 0) listener.offline?.();
      return status < 400 || status >= 500 || status === 409 || status === 423;
    },
    onError: (error) => listener.failed("originalResponse" in error ? refusalIn(error.originalResponse?.getBody()) : ""),
    onSuccess: () => listener.done(fileId, upload.url ?? ""),
  });
  return upload;
}
