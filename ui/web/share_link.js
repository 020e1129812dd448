/* A link to copy, with its QR code. data = {address, code, link, copy, copied, refused, alt}; code is SVG of ours or null. */
export default function (component) {
  const {parentElement, data} = component;
  const part = name => parentElement.querySelector(name), input = part("input"), said = part("[role=status]"), figure = part("figure");
  part("label span").textContent = data.link;
  part("button").textContent = data.copy;
  if (input.value !== data.address) {
    said.textContent = "";
    figure.innerHTML = data.code || ""; /* ours: the modules of the code, no text of anyone */
    const svg = figure.querySelector("svg");
    if (svg) svg.setAttribute("role", "img");
  }
  const svg = figure.querySelector("svg");
  if (svg) svg.setAttribute("aria-label", data.alt);
  input.value = data.address;

  /* Only secure pages have the clipboard; elsewhere the selected text is copied the old way. */
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(data.address);
      return true;
    } catch {
      input.select();
      return document.execCommand("copy");
    }
  };
  part("button").onclick = async () => { said.textContent = await copy() ? data.copied : data.refused; };
  input.onfocus = () => input.select();
}
