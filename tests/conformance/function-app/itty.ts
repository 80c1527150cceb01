// A router of itty-router in the place of a handler.
import { AutoRouter, error } from "itty-router";

const router = AutoRouter({ base: "/itty" });

router
  .get("/hello/:name", ({ params }) => `hello ${params.name}`)
  .get("/items", ({ query }) => ({ page: Number(query.page ?? 1) }))
  .post("/echo", async (request) => request.json())
  .get("/broken", () => error(418, "a teapot"));

export default router;
