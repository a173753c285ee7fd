/** Hand a text to the reader as a file. */

/** Offer `text` as a download called `name`. */
export function saveText(text: string, name: string, type = "application/json"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // the browser has its own hold on the blob once the download began
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
