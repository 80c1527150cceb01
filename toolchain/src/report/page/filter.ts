// A search field above tables: only rows that hold the text stay.

export function startFilter(input: HTMLInputElement, area: HTMLElement): void {
  const rows = [...area.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  const texts = rows.map((row) => (row.textContent ?? "").toLowerCase());
  const none = area.querySelector<HTMLElement>("[data-none]");
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    rows.forEach((row, index) => {
      row.hidden = !texts[index]?.includes(wanted);
      if (!row.hidden) found++;
    });
    if (none) none.hidden = found > 0;
    for (const details of area.querySelectorAll("details")) details.open = wanted !== "";
  });
}
