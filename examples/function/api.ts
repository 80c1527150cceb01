// A small shop with Hono: routes, parameters, JSON bodies, errors.
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";

interface Item {
  readonly name: string;
  readonly count: number;
}

const items = new Map<string, Item>();
const app = new Hono();

app.get("/healthz", (context) => context.text("healthy"));

app.get("/", (context) => context.json({ shop: process.env.SHOP, items: [...items.values()] }));

app.get("/items/:name", (context) => {
  const item = items.get(context.req.param("name"));
  if (!item) throw new HTTPException(404, { message: "there is no such item" });
  return context.json(item);
});

app.put("/items/:name", async (context) => {
  const { count } = await context.req.json<{ count: number }>();
  const name = context.req.param("name");
  items.set(name, { name, count });
  return context.json(items.get(name), 201);
});

export default app;
