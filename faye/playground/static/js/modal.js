// Modals that the bot shows.

import { el, openDialog, uniqueId } from "./dom.js";
import { inlineMarkdown, markdown } from "./markdown.js";
import { selectMenu } from "./select.js";

/** Show a modal; `submit(values, done)` sends it, `done(error)` closes it or tells what went wrong. */
export function showModal(modal, botName, submit) {
  const fields = modal.components.map(part);
  const error = el("p", { class: "modal-error", role: "alert" });
  const send = el("button", { type: "submit", class: "button button-primary", text: "Submit" });
  const titleId = uniqueId("modal-title");
  const form = el(
    "form",
    { class: "modal-form", novalidate: true },
    el("header", { class: "modal-header" }, el("img", { src: "/static/faye.svg", alt: "", width: 32, height: 32 }), el("h2", { id: titleId, text: modal.title })),
    el("div", { class: "modal-fields" }, fields.map((field) => field.node)),
    el("p", { class: "modal-hint", text: `This form goes to ${botName}.` }),
    error,
    el("footer", { class: "modal-footer" }, el("button", { type: "button", class: "button button-secondary", text: "Cancel", on: { click: () => dialog.close() } }), send),
  );
  const dialog = el("dialog", { class: "modal", "aria-labelledby": titleId }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const problems = fields.map((field) => field.check());
    if (problems.some(Boolean)) return fields[problems.findIndex(Boolean)].focus();
    const values = Object.assign({}, ...fields.map((field) => field.values()));
    send.setAttribute("aria-busy", "true");
    submit(values, (problem) => {
      send.setAttribute("aria-busy", "false");
      if (problem) error.textContent = problem;
      else dialog.close();
    });
  });
  openDialog(dialog);
  fields.find((field) => field.first)?.first.focus();
}

function part(component) {
  if (component.type === 10) return plain(el("div", { class: "modal-text" }, markdown(component.content)));
  if (component.type === 18) return field(component.component, component.label, component.description);
  const input = component.components[0];
  return field(input, input.label, null);
}

const plain = (node) => ({ node, check: () => null, values: () => ({}), focus: () => {}, first: null });

function field(input, label, description) {
  const labelId = uniqueId("field");
  const problem = el("span", { class: "field-problem", role: "alert" });
  const control = controlFor(input, labelId);
  const required = input.required !== false && input.type !== 23;
  const node = el(
    "div",
    { class: "field" },
    el("div", { class: "field-label", id: labelId }, inlineMarkdown(label ?? ""), required ? el("span", { class: "required", "aria-label": "required", text: " *" }) : null, problem),
    description ? el("div", { class: "field-description" }, inlineMarkdown(description)) : null,
    control.node,
  );
  const check = () => {
    const text = control.problem(required);
    problem.textContent = text ? ` — ${text}` : "";
    node.classList.toggle("wrong", Boolean(text));
    return text;
  };
  return { node, check, values: () => ({ [input.custom_id]: control.value() }), focus: () => control.first.focus(), first: control.first };
}

function controlFor(input, labelId) {
  if (input.type === 4) return textInput(input, labelId);
  if (input.type === 21 || input.type === 22 || input.type === 23) return boxes(input, labelId);
  if (input.type === 19) return { node: el("p", { class: "muted", text: "Files cannot be uploaded here." }), value: () => [], problem: () => null, first: el("span") };
  let chosen = (input.options ?? []).filter((option) => option.default).map((option) => option.value);
  const menu = selectMenu(input, (values) => (chosen = values), labelId);
  return {
    node: menu.node,
    first: menu.button,
    value: () => chosen,
    problem: (required) => (required && chosen.length < (input.min_values ?? 1) ? "make a choice" : null),
  };
}

function textInput(input, labelId) {
  const most = input.max_length ?? 4000;
  const least = input.min_length ?? 0;
  const long = input.style === 2;
  const control = el(long ? "textarea" : "input", {
    class: "text-input",
    maxlength: most,
    placeholder: input.placeholder,
    "aria-labelledby": labelId,
    name: input.custom_id,
    rows: long ? 4 : null,
    dir: "auto",
  });
  control.value = input.value ?? "";
  return {
    node: control,
    first: control,
    value: () => control.value,
    problem: (required) => {
      if (!control.value) return required ? "this is required" : null;
      return control.value.length < least ? `at least ${least} characters` : null;
    },
  };
}

function boxes(input, labelId) {
  const single = input.type === 23;
  const type = input.type === 21 ? "radio" : "checkbox";
  const options = single ? [{ value: "", label: "Yes", default: input.default }] : input.options;
  const inputs = options.map((option) => {
    const box = el("input", { type, name: input.custom_id, checked: Boolean(option.default) });
    return { box, value: option.value, row: el("label", { class: "box" }, box, el("span", { text: option.label }), option.description ? el("small", { text: option.description }) : null) };
  });
  const chosen = () => inputs.filter(({ box }) => box.checked).map(({ value }) => value);
  return {
    node: el("div", { role: "group", "aria-labelledby": labelId }, inputs.map(({ row }) => row)),
    first: inputs[0].box,
    value: () => (single ? inputs[0].box.checked : type === "radio" ? (chosen()[0] ?? null) : chosen()),
    problem: (required) => (required && chosen().length < (input.min_values ?? 1) ? "make a choice" : null),
  };
}
