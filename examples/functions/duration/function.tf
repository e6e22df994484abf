# 900: a health check's interval as a number of seconds.
output "seconds" {
  value = provider::drop::duration("15m")
}
