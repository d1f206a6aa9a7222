package api

import "github.com/gin-gonic/gin"

// Routes gives the routes of a server, for tests that must know all of them.
func Routes(s *Server) gin.RoutesInfo { return s.routes().(*gin.Engine).Routes() }
