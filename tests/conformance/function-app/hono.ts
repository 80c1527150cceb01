// An application of Hono: middleware, parameters, cookies, a signed token, errors, not found.
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { sign, verify } from "hono/jwt";

const app = new Hono().basePath("/hono");

app.use("*", cors());
app.get("/hello/:name", (context) => context.text(`hello ${context.req.param("name")}`));
app.post("/form", async (context) => context.json(await context.req.parseBody()));
app.get("/cookie", (context) => {
  setCookie(context, "seen", "yes", { path: "/", httpOnly: true });
  return context.text(getCookie(context, "seen") ?? "never");
});
app.get("/token", async (context) => {
  const token = await sign({ user: "me" }, "secret", "HS256");
  const { user } = await verify(token, "secret", "HS256");
  return context.json({ parts: token.split(".").length, user });
});
app.get("/broken", () => {
  throw new HTTPException(418, { message: "a teapot" });
});
app.notFound((context) => context.json({ missing: context.req.path }, 404));

export default app;
